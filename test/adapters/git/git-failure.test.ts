import { expect, test } from 'vitest';
import { quoteGit, quoteServer, remoteFailure } from '../../../src/adapters/git/git-failure.ts';

const output = (stderr: string) => ({ code: 128, stdout: Buffer.alloc(0), stderr });

test.each([
  ["fatal: '/x' does not appear to be a git repository", 'forge-unreachable', 'There is no git repository at apps'],
  ["remote: Not found.\nfatal: repository 'https://x/y/' not found", 'forge-unreachable', 'There is no git repository'],
  ["fatal: Authentication failed for 'https://x/y/'", 'forge-denied', 'Access to apps was denied'],
  ["fatal: could not read Username for 'https://x': terminal prompts disabled", 'forge-denied', 'Access to apps'],
  ['git@x: Permission denied (publickey).\nfatal: Could not read from remote', 'forge-denied', 'Access to apps'],
  ["fatal: unable to access 'https://x/': The requested URL returned error: 403", 'forge-denied', 'Access to apps'],
  ['Host key verification failed.\nfatal: Could not read from remote', 'forge-denied', 'host key'],
  ["fatal: detected dubious ownership in repository at '/x'", 'forge-denied', 'belongs to another user'],
  ["fatal: transport 'file' not allowed", 'forge-denied', 'another kind'],
  ["fatal: unable to access 'https://x/': Could not resolve host: x", 'forge-unreachable', 'git could not read apps'],
])('%j is understood', (stderr, code, message) => {
  expect(remoteFailure('apps', 'read', output(stderr))).toMatchObject({
    code,
    message: expect.stringContaining(message),
    remedy: expect.stringMatching(/\.$/),
  });
});

test('what git says is quoted in one line, without control characters, and cut', () => {
  expect(quoteGit('hint: try this\nfatal: a\u001b[31mb\r\nerror: c\n')).toBe('fatal: a [31mb; error: c');
  expect(quoteGit(`fatal: ${'x'.repeat(5000)}`)).toMatch(/^fatal: x{493} …$/);
  expect(quoteGit('no known beginning\n')).toBe('no known beginning;');
});

test('what the server says is told apart from what git says', () => {
  expect(quoteServer('remote: frozen        \nremote: \nremote: until Monday\nerror: failed to push')).toBe(
    'frozen; until Monday',
  );
});
