import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { type Action, type AuthorisationInput, authorise, teamsToAsk } from '../../../src/core/command/authorise.ts';
import { commandVerbs } from '../../../src/core/command/command.ts';

const alice = { id: '42', name: 'alice' };

function input(changes: Partial<AuthorisationInput> = {}): AuthorisationInput {
  return {
    actor: alice,
    action: 'promote',
    permission: 'write',
    roles: undefined,
    approvals: undefined,
    memberships: new Map(),
    self: '1',
    headAuthors: ['1'],
    ...changes,
  };
}

const permissions = ['admin', 'write', 'read', 'none', 'unknown'] as const;
const operating: readonly Action[] = ['promote', 'hold', 'resume', 'rollback', 'skip', 'rebuild', 'adopt', 'retry'];
const actions: readonly Action[] = [...commandVerbs, 'approve-configuration'];

describe("without roles the forge's permission counts", () => {
  const rows: readonly (readonly [Action, readonly string[]])[] = [
    ...operating.map((it) => [it, ['admin', 'write']] as const),
    ['approve', ['admin', 'write']],
    ['override', ['admin']],
    ['approve-configuration', ['admin']],
    ['explain', ['admin', 'write', 'read']],
    ['help', ['admin', 'write', 'read']],
  ];

  test.each(rows)('%s: %s', (action, allowed) => {
    const may = permissions.filter((permission) => authorise(input({ action, permission })).allowed);
    expect(may).toEqual(allowed);
  });

  test('every action is in the table', () => {
    expect(new Set(rows.map(([action]) => action))).toEqual(new Set(actions));
  });

  test('and a refusal says which, and whether it was known', () => {
    expect(authorise(input({ permission: 'read' }))).toEqual({
      allowed: false,
      why: 'permission',
      whoMay: 'whoever has the permission "write" on this repository',
    });
    expect(authorise(input({ permission: 'unknown' }))).toMatchObject({ allowed: false, why: 'unknown' });
  });
});

describe('a role', () => {
  const roleOf: readonly (readonly [Action, string])[] = [
    ...operating.map((it) => [it, 'operate'] as const),
    ['approve', 'operate'],
    ['override', 'emergency'],
    ['approve-configuration', 'trust'],
  ];

  test.each(roleOf)('%s takes the role %s', (action, role) => {
    const others = { operate: {}, emergency: {}, trust: {} };
    const roles = { ...others, [role]: { users: ['alice'] } };
    expect(authorise(input({ action, roles, permission: 'read' })).allowed).toBe(true);
    expect(
      authorise(input({ action, roles: { ...others, [role]: { users: ['bob'] } }, permission: 'admin' })).allowed,
    ).toBe(false);
  });

  test.each([{}, { users: [] }, { users: [], teams: [] }])('that names nobody is nobody’s: %j', (operate) => {
    expect(authorise(input({ roles: { operate }, permission: 'admin' }))).toMatchObject({
      allowed: false,
      why: 'not-named',
      whoMay: expect.stringContaining('nobody'),
    });
  });

  test('that is not configured falls back on its own', () => {
    expect(authorise(input({ roles: { trust: { users: ['bob'] } } })).allowed).toBe(true);
  });

  test.each(['Alice', 'alice ', 'al\u0456ce', 'id:41', 'id:alice', 'id:', '42', ''])(
    '%j does not name alice',
    (user) => {
      expect(authorise(input({ roles: { operate: { users: [user] } } })).allowed).toBe(false);
    },
  );

  test('names people by id, which no name can imitate', () => {
    const roles = { operate: { users: ['id:42'] } };
    expect(authorise(input({ roles })).allowed).toBe(true);
    expect(authorise(input({ roles, actor: { id: '7', name: 'id:42' } })).allowed).toBe(false);
    expect(authorise(input({ roles, actor: { id: '7', name: '42' } })).allowed).toBe(false);
  });

  test('does not help whom the forge keeps out', () => {
    expect(authorise(input({ roles: { operate: { users: ['alice'] } }, permission: 'none' })).allowed).toBe(false);
  });

  test.each([
    [true, true, undefined],
    [false, false, 'not-named'],
    ['unknown', false, 'unknown'],
    [undefined, false, 'unknown'],
  ] as const)('of a team with the membership %s: %s', (membership, allowed, why) => {
    const memberships = new Map(membership === undefined ? [] : [['acme/ops', membership]]);
    const result = authorise(input({ roles: { operate: { teams: ['acme/ops'] } }, memberships }));
    expect(result.allowed).toBe(allowed);
    if (!result.allowed) expect(result.why).toBe(why);
  });

  test('of several teams needs one', () => {
    const memberships = new Map<string, boolean | 'unknown'>([
      ['a/b', 'unknown'],
      ['c/d', true],
    ]);
    expect(authorise(input({ roles: { operate: { teams: ['a/b', 'c/d'] } }, memberships })).allowed).toBe(true);
  });

  test('is told to those who do not have it', () => {
    const roles = { operate: { users: ['bob', 'id:7'], teams: ['acme/ops'] } };
    expect(authorise(input({ roles }))).toMatchObject({
      whoMay: 'bob, the account with the id 7 and members of the team acme/ops',
    });
  });
});

describe('an approval', () => {
  const approvals = { from: ['alice', 'billing', 'acme/ops', 'id:9'] };

  test('is given by those who are named only, whatever they may do otherwise', () => {
    const roles = { operate: { users: ['bob'] } };
    const bob = { id: '43', name: 'bob' };
    expect(authorise(input({ action: 'approve', approvals, roles })).allowed).toBe(true);
    expect(authorise(input({ action: 'approve', approvals, roles, actor: bob, permission: 'admin' })).allowed).toBe(
      false,
    );
    expect(authorise(input({ action: 'approve', approvals: { from: [] }, permission: 'admin' })).allowed).toBe(false);
  });

  test.each(['billing', 'acme/ops'])('is given by members of %s', (team) => {
    const memberships = new Map([[team, true]]);
    const actor = { id: '50', name: 'carol' };
    expect(authorise(input({ action: 'approve', approvals, actor, memberships, permission: 'read' })).allowed).toBe(
      true,
    );
  });

  test('is given by the account with the id', () => {
    const actor = { id: '9', name: 'dave' };
    expect(authorise(input({ action: 'approve', approvals, actor, permission: 'read' })).allowed).toBe(true);
  });

  test.each(['read', 'none', 'unknown'] as const)(
    'is not given by an account that took the name of a team and has the permission %s',
    (permission) => {
      const actor = { id: '66', name: 'billing' };
      const memberships = new Map([['billing', false]]);
      expect(authorise(input({ action: 'approve', approvals, actor, memberships, permission })).allowed).toBe(false);
    },
  );

  test('is not given by a user who is called like a team of an organisation', () => {
    const actor = { id: '66', name: 'acme/ops' };
    expect(authorise(input({ action: 'approve', approvals, actor, permission: 'admin' })).allowed).toBe(false);
  });

  test.each(['approve', 'approve-configuration'] as const)(
    '%s is refused to whoever has a commit on the head',
    (action) => {
      const own = input({ action, permission: 'admin', headAuthors: ['1', '42'] });
      expect(authorise(own)).toMatchObject({ allowed: false, why: 'own-change' });
      expect(authorise({ ...own, headAuthors: undefined })).toMatchObject({ allowed: false, why: 'unknown' });
      expect(authorise({ ...own, headAuthors: [] }).allowed).toBe(true);
    },
  );

  test('is all that the authors of the head are kept from', () => {
    expect(authorise(input({ action: 'hold', headAuthors: ['42'] })).allowed).toBe(true);
    expect(authorise(input({ action: 'hold', headAuthors: undefined })).allowed).toBe(true);
  });
});

test('the teams to ask for are those that decide', () => {
  const roles = { operate: { users: ['bob'], teams: ['acme/ops'] }, trust: { teams: ['acme/keys'] } };
  const approvals = { from: ['billing', 'acme/qa', 'id:9'] };
  expect(teamsToAsk({ action: 'hold', roles, approvals })).toEqual(['acme/ops']);
  expect(teamsToAsk({ action: 'approve-configuration', roles, approvals })).toEqual(['acme/keys']);
  expect(teamsToAsk({ action: 'approve', roles, approvals })).toEqual(['acme/qa', 'billing']);
  expect(teamsToAsk({ action: 'approve', roles, approvals: undefined })).toEqual(['acme/ops']);
  expect(teamsToAsk({ action: 'approve', roles, approvals: { from: ['id:a/b'] } })).toEqual([]);
  expect(teamsToAsk({ action: 'explain', roles, approvals })).toEqual([]);
  expect(teamsToAsk({ action: 'hold', roles: undefined, approvals })).toEqual([]);
});

const anyInput = fc.record({
  action: fc.constantFrom(...actions),
  permission: fc.constantFrom(...permissions),
  roles: fc.option(fc.record({ operate: fc.option(fc.constant({ users: ['alice'] }), { nil: undefined }) }), {
    nil: undefined,
  }),
  approvals: fc.option(fc.constant({ from: ['alice'] }), { nil: undefined }),
  memberships: fc.constant(new Map<string, boolean>()),
});

property.prop([anyInput])("the bot's own account may do nothing", (changes) => {
  expect(authorise(input({ ...changes, self: alice.id }))).toMatchObject({ allowed: false, why: 'own-account' });
});

property.prop([anyInput])('nobody whom the forge keeps out may do anything', (changes) => {
  expect(authorise(input({ ...changes, permission: 'none' })).allowed).toBe(false);
});
