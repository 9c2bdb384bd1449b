import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findRegistry } from '../../src/config/find-registry.ts';
import { parseServerConfig } from '../../src/config/server-config.ts';
import { defaultTrustFloor } from '../../src/config/trust-floor.ts';
import { Failure } from '../../src/core/failure.ts';
import { casesIn, report } from './fixtures.ts';

const example = readFileSync(join(import.meta.dirname, '../../config/consignee.example.yaml'), 'utf8');
const smallest = 'applicationsRepositories: { fleet: { url: ./fleet.git } }\n';

describe('the server configuration', () => {
  test.each(casesIn('server'))('$name is reported with place and remedy', ({ folder }) => {
    const text = readFileSync(join(folder, 'consignee.yaml'), 'utf8');
    expect(report(() => parseServerConfig(text, 'consignee.yaml'))).toBe(
      readFileSync(join(folder, 'expected.txt'), 'utf8'),
    );
  });

  test('one line is enough; all paths begin at the folder of the file', () => {
    expect(parseServerConfig(smallest, '/etc/consignee/consignee.yaml')).toMatchObject({
      applicationsRepositories: new Map([
        ['fleet', expect.objectContaining({ url: '/etc/consignee/fleet.git', branch: 'main' })],
      ]),
      store: { kind: 'sqlite', path: '/etc/consignee/consignee.db' },
      cache: '/etc/consignee/consignee-cache',
      pollingSeconds: 300,
      notify: [],
      publicUrl: undefined,
      limits: { renderSeconds: 5, contentCacheBytes: 256 * 1024 * 1024 },
      author: { name: 'Consignee', email: 'consignee@localhost' },
      trust: defaultTrustFloor,
    });
  });

  test.each([
    ['./fleet.git', 'conf/fleet.git'],
    ['../fleet.git', 'conf/../fleet.git'],
    ['/srv/fleet.git', '/srv/fleet.git'],
    ['https://git.example.org/fleet.git', 'https://git.example.org/fleet.git'],
    ['ssh://git@git.example.org:2222/fleet.git', 'ssh://git@git.example.org:2222/fleet.git'],
    ['git@git.example.org:fleet.git', 'git@git.example.org:fleet.git'],
  ])('the repository %s is found at %s', (url, found) => {
    const text = `applicationsRepositories: { fleet: { url: ${JSON.stringify(url)} } }`;
    expect(parseServerConfig(text, 'conf/consignee.yaml').applicationsRepositories.get('fleet')?.url).toBe(found);
  });

  test('the example says of everything that this version cannot do that it is not yet available', () => {
    const config = parseServerConfig(example, 'config/consignee.example.yaml');
    const refused = [...config.flux.values()].map(({ unavailable }) => unavailable.setting);
    expect(refused).toEqual(['flux.flux-dev', 'flux.flux-prod']);
    expect(config.listen.unavailable).toMatchObject({ setting: 'listen.dashboard', place: { line: 52 } });
    expect(config.forges.get('internal')).toMatchObject({
      credentials: { token: { kind: 'env', name: 'FORGE_TOKEN' } },
      webhookSecrets: [{ kind: 'file', path: 'config/secrets/forge-webhook' }],
    });
  });

  test.each([
    ['{ format: ssh, key: "file:keys/a", allowedSigners: signers }', undefined],
    ['{ format: ssh, allowedSigners: signers }', undefined],
    ['{ format: openpgp, key: 0123456789ABCDEF, home: keyring }', undefined],
    ['{ format: ssh, home: keyring }', 'no keyring'],
    ['{ format: ssh, key: 0123456789ABCDEF }', 'is a file'],
    ['{ format: openpgp, key: 0123456789ABCDEF }', 'keyring is missing'],
    ['{ format: openpgp, home: keyring, allowedSigners: signers }', 'which keys count'],
    ['{ format: openpgp, home: keyring, key: "file:keys/a" }', 'lies in the keyring'],
  ])('commits are signed by %s', (signing, wrong) => {
    const parse = () => parseServerConfig(`${smallest}signing: ${signing}\n`, 'conf/consignee.yaml').signing;
    if (wrong !== undefined) expect(report(parse)).toContain(wrong);
    else expect(JSON.stringify(parse())).not.toMatch(/"(?!conf\/)(?:keys|signers|keyring)/);
  });

  test('a store in PostgreSQL is not yet available', () => {
    const text = `${smallest}store: { postgres: "env:DATABASE" }\n`;
    const config = parseServerConfig(text, 'consignee.yaml');
    expect(config.store).toMatchObject({ kind: 'postgres', unavailable: { place: { line: 2, column: 10 } } });
  });
});

describe('finding a registry', () => {
  const registries =
    'registries: { r.example.org: { archive: all.ctf }, r.example.org/team: { archive: team.ctf }, "localhost:5000": { archive: l.ctf } }';
  const config = parseServerConfig(smallest + registries, 'consignee.yaml');

  test.each([
    ['r.example.org', 'all.ctf'],
    ['r.example.org/other/deep', 'all.ctf'],
    ['r.example.org/team', 'team.ctf'],
    ['r.example.org/team/acme', 'team.ctf'],
    ['r.example.org/teams', 'all.ctf'],
    ['localhost:5000/a', 'l.ctf'],
  ])('%s is read from %s', (registry, archive) => {
    expect(findRegistry(config, registry)).toMatchObject({ archive });
  });

  test.each(['r.example', 'r.example.org:443', 'other.example.org/r.example.org', ''])(
    '%j is not known',
    (registry) => {
      expect(findRegistry(config, registry)).toBeUndefined();
    },
  );
});

describe('a secret written by mistake', () => {
  const canary = 'ghp-Canary1';
  const places: readonly ((written: string) => string)[] = [
    (it) => `forges: { a: { type: gitea, credentials: ${it} } }`,
    (it) => `forges: { a: { type: gitea, credentials: { token: ${it} } } }`,
    (it) => `forges: { a: { type: gitea, credentials: { username: bot, password: ${it} } } }`,
    (it) => `forges: { a: { type: gitea, credentials: { pasword: ${it} } } }`,
    (it) => `forges: { a: { type: gitea, token: ${it} } }`,
    (it) => `forges: { a: { type: gitea, url: ${it} } }`,
    (it) => `forges: { a: { type: gitea, webhookSecrets: ${it} } }`,
    (it) => `forges: { a: { type: gitea, webhookSecrets: [${it}] } }`,
    (it) => `registries: { r.example.org: { credentials: { token: ${it} } } }`,
    (it) => `registries: { r.example.org: ${it} }`,
    (it) => `flux: { a: { type: cluster, kubeconfig: ${it} } }`,
    (it) => `store: { postgres: ${it} }`,
    (it) => `store: ${it}`,
    (it) => `limits: { renderTime: ${it} }`,
    (it) => `forges:\n  a:\n    type: gitea\n    token: ${it}\n`,
  ];
  const forms = [
    canary,
    `"${canary}"`,
    `"https://bot:${canary}@git.example.org"`,
    `"postgres://${canary}@db/x?password=${canary}"`,
    `[${canary}]`,
    `{ value: ${canary} }`,
    `{ ${canary}: 1 }`,
    `{ token: { ${canary} } }`,
    `*${canary}`,
    `&${canary} x`,
    `!${canary} x`,
    `"\\${canary}"`,
    `"${canary}`,
    `"env:A" ${canary}`,
    `[ ${canary}: `,
    `@${canary}`,
    `%${canary}`,
    `|${canary}`,
  ];

  test.each(forms)('is never printed, written as %j', (form) => {
    for (const place of places) expect(printed(smallest + place(form))).not.toContain('Canary');
  });

  test.each([
    ['an octal number', 'forges: { a: { type: gitea, credentials: { token: 0173311 } } }', '173311'],
    ['a number', 'forges: { a: { type: gitea, credentials: { token: 73311337 } } }', '73311337'],
    ['a large number', 'forges: { a: { type: gitea, credentials: { token: 99999999999999999999 } } }', '99999'],
    ['the name of a registry', `registries: { "bot:${canary}@r.example.org": { archive: 5 } }`, canary],
    [
      'the address of a repository',
      `applicationsRepositories: { a: { url: "https://${canary}@git.example.org" } }`,
      canary,
    ],
  ])('is not printed as %s', (_, text, secret) => {
    const output = printed(text);
    expect(output).not.toBe('');
    expect(output).not.toContain(secret);
  });
});

describe('a forge that is not whole', () => {
  test.each([
    ['{ type: gitea, url: "https://git.example.org" }', 'the bot needs a token at gitea'],
    ['{ type: forgejo, credentials: { token: "env:A" } }', 'the address of forgejo is missing'],
    [
      '{ type: gitea, url: "https://g", credentials: { token: "env:A" }, app: { id: 1, privateKey: "env:B" } }',
      'gitea has no apps',
    ],
    ['{ type: github }', 'the bot needs one account at GitHub'],
    [
      '{ type: github, credentials: { token: "env:A" }, app: { id: 1, privateKey: "env:B" } }',
      'the bot needs one account',
    ],
    ['{ type: plain-git, webhookSecrets: ["env:A"] }', 'plain git has no webhookSecrets'],
  ])('is refused: %s', (forge, message) => {
    const text = `${smallest}forges: { it: ${forge} }\n`;
    expect(report(() => parseServerConfig(text, 'consignee.yaml'))).toContain(message);
  });
});

/** @returns Everything that a failure could show; nothing when there is none. */
function printed(text: string): string {
  try {
    parseServerConfig(text, 'consignee.yaml');
    return '';
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return JSON.stringify([error.message, error.remedy, error.findings, error.place, error.stack, String(error.cause)]);
  }
}
