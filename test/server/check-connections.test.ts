import { expect, test } from 'vitest';
import { Failure } from '../../src/core/failure.ts';
import { checkConnections } from '../../src/server/check-connections.ts';
import { otherSecret, registryConnection, secret } from './hook-world.ts';

const withSecrets = (secrets: () => Promise<readonly string[]>) => checkConnections([registryConnection(secrets)]);
const name = 'registry:registry.example.org/dev';

test.each([[[secret]], [[secret, otherSecret]]])(
  'a connection with secrets that are worth something is let be',
  async (secrets) => {
    await expect(withSecrets(async () => secrets)).resolves.toBeUndefined();
  },
);

test('without connections there is nothing to check', async () => {
  await expect(checkConnections([])).resolves.toBeUndefined();
});

test.each([
  ['no secret', [], 'has no webhook secret'],
  ['an empty one', [''], 'is empty'],
  ['one of blanks', [' '.repeat(40)], 'is empty'],
  ['an empty one beside a good one', [secret, ''], 'is empty'],
  ['a short one', [secret.slice(1)], 'is shorter than 32 bytes'],
  ['one that is known to everybody', ['changeme'], 'is shorter than 32 bytes'],
  ['one that repeats itself', ['ab'.repeat(32)], 'is made of fewer than 8 different characters'],
])('with %s nothing starts, and the connection is named', async (_, secrets, what) => {
  await expect(withSecrets(async () => secrets)).rejects.toMatchObject({
    code: 'configuration',
    message: expect.stringMatching(new RegExp(`${name}.* ${what}`)),
    remedy: expect.stringMatching(/webhookSecrets|openssl/),
  });
});

test('a secret that cannot be read is named with its connection, and what to do', async () => {
  const unread = new Failure('configuration', 'the secret file /run/hook is empty', {
    remedy: 'Put the secret into it.',
  });
  await expect(withSecrets(() => Promise.reject(unread))).rejects.toMatchObject({
    code: 'configuration',
    message: `${name}: the secret file /run/hook is empty`,
    remedy: 'Put the secret into it.',
  });
});

test('a mistake of the program stays one', async () => {
  await expect(withSecrets(() => Promise.reject(new TypeError('a mistake')))).rejects.toThrow(TypeError);
});

test('all connections are named at once, and no secret', async () => {
  const forge = { ...registryConnection(async () => ['hunter2']), kind: 'gitea', name: 'internal' } as const;
  const failure: unknown = await checkConnections([registryConnection(async () => []), forge]).catch(
    (it: unknown) => it,
  );
  expect(failure).toMatchObject({
    code: 'configuration',
    findings: [{ message: expect.stringContaining(name) }, { message: expect.stringContaining('forge:internal') }],
  });
  expect(JSON.stringify(failure)).not.toContain('hunter2');
});
