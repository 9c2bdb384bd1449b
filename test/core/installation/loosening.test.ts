import { describe, expect, test } from 'vitest';
import { parseRepositoryConfig } from '../../../src/config/repository-config.ts';
import { resolveInstallations } from '../../../src/config/resolve-installations.ts';
import { findLoosened, type JudgedConfiguration } from '../../../src/core/installation/loosening.ts';

const keys = { 'one.pub': 'ONE', 'two.pub': 'TWO', 'moved.pub': 'ONE\n' };

/** A configuration of one application, with lines of its own. */
function configured(lines: string, files: Readonly<Record<string, string>> = {}): JudgedConfiguration {
  const verify = /^verify:/.test(lines) ? '' : 'verify: [{ signature: release, publicKey: keys/one.pub }]\n';
  const applications = lines.includes('applications:') ? '' : 'applications: { app: { component: example.org/app } }\n';
  const text = `registry: registry.example.org/x\n${verify}${applications}${lines}\n`;
  const all = Object.entries({ ...keys, ...files }).map(
    ([name, content]) => [`.consignee/keys/${name}`, content] as const,
  );
  const texts = new Map([['.consignee/config.yaml', text], ...all]);
  return { ...resolveInstallations(parseRepositoryConfig(texts)), texts };
}

const plain = 'minimumAge: 0s';
const anchor = (rest: string) => `verify: [{ signature: release, ${rest} }]`;

/** What was, what is proposed, and what of it loosens; nothing where it only tightens. */
const table: readonly (readonly [name: string, before: string, after: string, ...what: string[]])[] = [
  ['nothing', plain, plain],
  [
    'a key that is exchanged',
    plain,
    anchor('publicKey: keys/two.pub'),
    'the signature release is also admitted by keys/two.pub, which did not count before',
  ],
  [
    'a key more',
    plain,
    anchor('anyOf: [{ publicKey: keys/one.pub }, { publicKey: keys/two.pub }]'),
    'the signature release is also admitted by keys/two.pub, which did not count before',
  ],
  ['a key less', anchor('anyOf: [{ publicKey: keys/one.pub }, { publicKey: keys/two.pub }]'), plain],
  ['the same key elsewhere', plain, anchor('publicKey: keys/moved.pub')],
  [
    'a root certificate instead',
    plain,
    anchor('rootCertificate: keys/one.pub'),
    'the signature release is also admitted by keys/one.pub, which did not count before',
  ],
  [
    'another issuer',
    anchor('rootCertificate: keys/one.pub, issuer: "CN=a"'),
    anchor('rootCertificate: keys/one.pub, issuer: "CN=b"'),
    'the signature release is also admitted by keys/one.pub, which did not count before',
  ],
  [
    'a signature less',
    'verify: [{ signature: release, publicKey: keys/one.pub }, { signature: audit, publicKey: keys/two.pub }]',
    plain,
    'the signature audit is not required any more',
  ],
  [
    'a signature more',
    plain,
    'verify: [{ signature: release, publicKey: keys/one.pub }, { signature: audit, publicKey: keys/two.pub }]',
  ],
  [
    'another secret',
    anchor('publicKey: keys/one.pub, secret: a'),
    anchor('publicKey: keys/one.pub, secret: b'),
    'the cluster verifies release with another secret',
  ],
  [
    'not retired',
    anchor('anyOf: [{ publicKey: keys/one.pub, retired: "2026-01-01" }]'),
    plain,
    'keys/one.pub is retired later, or not any more',
  ],
  [
    'retired later',
    anchor('anyOf: [{ publicKey: keys/one.pub, retired: "2026-01-01" }]'),
    anchor('anyOf: [{ publicKey: keys/one.pub, retired: "2026-02-01" }]'),
    'keys/one.pub is retired later, or not any more',
  ],
  ['retired', plain, anchor('anyOf: [{ publicKey: keys/one.pub, retired: "2026-01-01" }]')],
  [
    'not revoked',
    anchor('anyOf: [{ publicKey: keys/one.pub, revoked: true }]'),
    plain,
    'keys/one.pub is revoked later, or not any more',
  ],
  [
    'revoked from a day on',
    anchor('anyOf: [{ publicKey: keys/one.pub, revoked: true }]'),
    anchor('anyOf: [{ publicKey: keys/one.pub, revoked: "2026-02-01" }]'),
    'keys/one.pub is revoked later, or not any more',
  ],
  [
    'revoked',
    anchor('anyOf: [{ publicKey: keys/one.pub, revoked: "2026-02-01" }]'),
    anchor('anyOf: [{ publicKey: keys/one.pub, revoked: true }]'),
  ],
  ['merges by itself', plain, 'merge: automatic', 'the bot merges by itself'],
  ['merges by hand', 'merge: automatic', plain],
  ['a check less', 'checks: [a, b]', 'checks: [b]', 'a merge does not wait for the check a any more'],
  ['a check more', 'checks: [a]', 'checks: [a, b]'],
  ['no approvals', 'approvals: { count: 1, from: [a/b] }', plain, 'no approvals are asked for any more'],
  [
    'fewer approvals',
    'approvals: { count: 2, from: [a/b] }',
    'approvals: { count: 1, from: [a/b] }',
    '1 instead of 2 must approve',
  ],
  [
    'more who approve',
    'approvals: { count: 1, from: [a/b] }',
    'approvals: { count: 1, from: [a/b, c] }',
    'c may approve',
  ],
  ['more approvals', plain, 'approvals: { count: 1, from: [a/b] }'],
  ['a risk less', 'requireApprovalOn: [deletion]', plain, 'the risk deletion needs no approval any more'],
  ['younger', 'minimumAge: 3d', 'minimumAge: 2d', 'versions are taken at a younger age'],
  ['older', 'minimumAge: 3d', 'minimumAge: 4d'],
  [
    'a setting of later versions',
    'windows: [{ days: mon-thu, from: "09:00", to: "16:00", timezone: Europe/Berlin }]',
    plain,
    'a merge does not wait for "windows" any more',
  ],
  [
    'a role for more',
    'roles: { trust: { users: [a] } }',
    'roles: { trust: { users: [a, b] } }',
    'b has the role trust',
  ],
  [
    'a role for a team',
    'roles: { operate: { users: [a] } }',
    'roles: { operate: { users: [a], teams: [x/a] } }',
    'the team x/a has the role operate',
  ],
  ['a role for fewer', 'roles: { trust: { users: [a, b] } }', 'roles: { trust: { users: [a] } }'],
  ['a role that was the permission', plain, 'roles: { emergency: { users: [a] } }', 'a has the role emergency'],
  ['a role for nobody', plain, 'roles: { emergency: { users: [] } }'],
  [
    'a role that is the permission again',
    'roles: { operate: { users: [a] } }',
    plain,
    "the role operate is everybody's with the right on the forge",
  ],
  ['another range', 'versions: "<2"', 'versions: "<3"'],
];

describe('what loosens', () => {
  test.each(table)('%s', (_, before, after, ...what) => {
    expect(findLoosened(configured(before), configured(after)).map((it) => it.what)).toEqual(what);
  });

  test('a key whose file is overwritten', () => {
    const after = configured(plain, { 'one.pub': 'OTHER' });
    expect(findLoosened(configured(plain), after)).toEqual([
      { where: 'default/app', what: expect.stringContaining('keys/one.pub, which did not count before') },
    ]);
  });

  const renamed = (name: string, rest = '') => `applications: { ${name}: { component: example.org/app${rest} } }`;

  test('a gate that another name would shake off', () => {
    const before = configured('approvals: { count: 1, from: [a/b] }');
    expect(findLoosened(before, configured(renamed('other')))).toEqual([
      { where: 'default/other', what: 'no approvals are asked for any more' },
    ]);
  });

  test('a new application with a key that counts already, and with another one', () => {
    const both = (second: string) =>
      `applications: { app: { component: example.org/app }, new: { component: example.org/new${second} } }`;
    expect(findLoosened(configured(plain), configured(both('')))).toEqual([]);
    const other = ', verify: [{ signature: release, publicKey: keys/two.pub }]';
    expect(findLoosened(configured(plain), configured(both(other)))).toEqual([
      { where: 'default/new', what: expect.stringContaining('keys/two.pub, which did not count before') },
    ]);
  });

  test('an installation that is gone loosens nothing', () => {
    expect(findLoosened(configured(plain), configured('applications: {}'))).toEqual([]);
  });
});
