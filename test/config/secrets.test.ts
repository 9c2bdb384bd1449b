import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readEnvironment } from '../../src/config/env.ts';
import { parseSecretReference } from '../../src/config/secret-reference.ts';
import { readSecret } from '../../src/config/secrets.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'consignee-secrets-'));
});
afterAll(() => rm(folder, { recursive: true }));

const reference = (written: string) => parseSecretReference(written, (path) => join(folder, path));

describe('a secret', () => {
  test.each([
    ['word', 'word'],
    ['word\n', 'word'],
    ['word\r\n', 'word'],
    ['two\nlines\n\n', 'two\nlines\n'],
    [' blanks ', ' blanks '],
  ])('is the content of its file: %j gives %j', async (content, secret) => {
    await writeFile(join(folder, 'secret'), content);
    expect((await readSecret(reference('file:secret'))).expose()).toBe(secret);
  });

  test('is the value of its variable', async () => {
    expect((await readSecret(reference('env:TOKEN'), { TOKEN: 'word' })).expose()).toBe('word');
  });

  test('does not show itself', async () => {
    const secret = await readSecret(reference('env:TOKEN'), { TOKEN: 'canary' });
    expect(`${secret} ${JSON.stringify({ secret })} ${inspect(secret, { showHidden: true })}`).not.toContain('canary');
    expect(`${secret}`).toBe('[secret]');
  });

  test.each([
    ['env:TOKEN', {}, 'the environment variable TOKEN is not set'],
    ['env:TOKEN', { TOKEN: '' }, 'the environment variable TOKEN is empty'],
    ['env:constructor', {}, 'the environment variable constructor is not set'],
  ])('%s with %j is a mistake of the configuration', async (written, variables, message) => {
    await expect(readSecret(reference(written), variables)).rejects.toMatchObject({ code: 'configuration', message });
  });

  test.each([
    ['empty', '\n', 'is empty'],
    ['large', 'x'.repeat(65_537), 'is larger than 65536 bytes'],
  ])('in a file that is %s is a mistake of the configuration', async (name, content, message) => {
    await writeFile(join(folder, name), content);
    await expect(readSecret(reference(`file:${name}`))).rejects.toMatchObject({
      code: 'configuration',
      message: `the secret file ${join(folder, name)} ${message}`,
    });
  });

  test('in a file that is not there is a mistake of the configuration', async () => {
    await expect(readSecret(reference('file:missing'))).rejects.toMatchObject({
      code: 'configuration',
      message: /cannot be read/,
    });
  });
});

describe('the environment', () => {
  test.each([
    [{}, { noColor: false, ci: false, dumbTerminal: false }],
    [{ NO_COLOR: '' }, { noColor: false }],
    [{ NO_COLOR: '1' }, { noColor: true }],
    [{ TERM: 'dumb' }, { noColor: true, dumbTerminal: true }],
    [{ CI: 'true' }, { ci: true }],
    [{ CI: 'False' }, { ci: false }],
    [{ CI: '0' }, { ci: false }],
  ])('%j means %j', (variables, expected) => {
    expect(readEnvironment(variables)).toMatchObject(expected);
  });
});
