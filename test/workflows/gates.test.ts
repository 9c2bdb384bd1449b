import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RiskKind } from '../../src/core/diff/risk-kind.ts';
import type { Actor } from '../../src/core/pull-request/actor.ts';
import type { CommitSha } from '../../src/core/repository/commit.ts';
import type { Forge, Permission, Review } from '../../src/ports/forge.ts';
import { readGates } from '../../src/workflows/read-gates.ts';
import { sha } from '../builders/observation.ts';
import { createWorld, type World } from '../support/world.ts';

const [mira, olav, bot] = [
  { id: '3', name: 'mira' },
  { id: '4', name: 'olav' },
  { id: '2', name: 'consignee' },
] as const;

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const head = sha('a');

interface Situation {
  readonly permissions?: Readonly<Record<string, Permission | 'unknown'>>;
  readonly reviews?: readonly Partial<Review>[];
  readonly approvals?: readonly { readonly by: Actor; readonly head: CommitSha }[];
  readonly count?: number;
  readonly checks?: readonly string[];
  readonly draft?: boolean;
  readonly risks?: readonly RiskKind[] | 'unknown';
}

/** @returns What a merge waits for, with rights and reviews as they are given. */
async function waiting({
  permissions = {},
  reviews = [],
  count,
  checks = [],
  draft = false,
  risks = [],
  ...given
}: Situation) {
  return world.onForge((plain) => {
    const forge: Forge = {
      ...plain,
      people: {
        self: async () => bot,
        permissionOf: async ({ name }) => permissions[name] ?? 'write',
        isMember: async () => 'unknown',
      },
      reviews: {
        list: async () => reviews.map((it) => ({ by: olav, verdict: 'approved', head, dismissed: false, ...it })),
      },
    };
    const at = new Date('2026-11-21T12:00:00Z');
    return readGates({
      installation: {
        checks,
        approvals: count === undefined ? undefined : { count, from: ['mira', 'olav', 'consignee'] },
      },
      roles: {},
      pullRequest: { number: 1, draft },
      head,
      risks,
      approvals: (given.approvals ?? []).map((it) => ({ ...it, at, comment: '1' })),
      forge,
    });
  });
}

const approval = { by: mira, head };

test.each<[string, Situation, readonly unknown[]]>([
  ['nothing is asked for', {}, []],
  ['it is a draft', { draft: true }, [expect.stringContaining('ready')]],
  ['there is a risk', { risks: ['rbac'] }, ['an approval, for what changes has the risk rbac']],
  ['nobody knows the risks', { risks: 'unknown' }, [expect.stringContaining('could be compared')]],
  ['there is a risk and somebody agreed', { risks: ['rbac'], approvals: [approval] }, []],
  [
    'there is a risk and somebody agreed who may not',
    { risks: ['rbac'], approvals: [approval], permissions: { mira: 'read' } },
    ['an approval, for what changes has the risk rbac'],
  ],
  [
    'there is a risk and somebody agreed with another head',
    { risks: ['rbac'], approvals: [{ by: mira, head: sha('b') }] },
    ['an approval, for what changes has the risk rbac'],
  ],
  ['one of one agreed', { count: 1, approvals: [approval] }, []],
  ['one of two agreed', { count: 2, approvals: [approval] }, [expect.stringContaining('1 of 2')]],
  [
    'one agreed twice, by command and by review',
    { count: 2, approvals: [approval], reviews: [{ by: mira }] },
    [expect.stringContaining('1 of 2')],
  ],
  ['two agreed, by command and by review', { count: 2, approvals: [approval], reviews: [{}] }, []],
  ['it was another head', { count: 1, approvals: [{ by: mira, head: sha('b') }] }, [expect.stringContaining('0 of 1')]],
  ['a review was of another head', { count: 1, reviews: [{ head: sha('b') }] }, [expect.stringContaining('0 of 1')]],
  [
    'a review is of nobody knows which head',
    { count: 1, reviews: [{ head: undefined }] },
    [expect.stringContaining('0 of 1')],
  ],
  ['a review was dismissed', { count: 1, reviews: [{ dismissed: true }] }, [expect.stringContaining('0 of 1')]],
  ['the bot agrees with itself', { count: 1, approvals: [{ by: bot, head }] }, [expect.stringContaining('0 of 1')]],
  [
    'who agreed may no more',
    { count: 1, approvals: [approval], permissions: { mira: 'read' } },
    [expect.stringContaining('0 of 1')],
  ],
  [
    'nobody knows whether who agreed still may',
    { count: 1, approvals: [approval], permissions: { mira: 'unknown' } },
    [expect.stringContaining('0 of 1')],
  ],
  [
    'somebody objects',
    { reviews: [{ verdict: 'changes-requested', head: sha('b') }] },
    ['olav, who asked for changes'],
  ],
  ['somebody objected, and it was dismissed', { reviews: [{ verdict: 'changes-requested', dismissed: true }] }, []],
  ['the bot’s own check is asked for', { checks: ['consignee/verified'] }, []],
  ['another check is asked for where there are none', { checks: ['ci/test'] }, [expect.stringContaining('ci/test')]],
])('what a merge waits for when %s', async (_, situation, expected) => {
  expect(await waiting(situation)).toEqual(expected);
});
