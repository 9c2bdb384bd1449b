import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { parseGitAddress } from '../../../src/adapters/git/git-address.ts';

test.each([
  ['https://git.example.org/team/apps.git', 'https'],
  ['https://bot@git.example.org/team/apps.git', 'https'],
  ['http://127.0.0.1:3000/team/apps', 'http'],
  ['ssh://git@git.example.org:22/team/apps.git', 'ssh'],
  ['git@git.example.org:team/apps.git', 'ssh'],
  ['host:apps.git', 'ssh'],
  ['file:///srv/git/apps.git', 'file'],
])('%s is spoken to by %s alone', (url, protocol) => {
  expect(parseGitAddress(url, 'apps')).toEqual({ url, protocol });
});

test.each([
  'apps.git',
  './apps.git',
  '../apps.git',
  '/srv/git/apps.git',
  '-u',
  '--upload-pack=touch x',
  '-oProxyCommand=x:y',
])('the path %s becomes absolute, so that it is no option', (path) => {
  expect(parseGitAddress(path, 'apps')).toEqual({ url: resolve(path), protocol: 'file' });
});

test.each([
  ['ext::sh -c touch% x', 'kind'],
  ['fd::17', 'kind'],
  ['ftp://example.org/apps.git', 'kind'],
  ['git://example.org/apps.git', 'kind'],
  ['https://', 'host'],
  ['ssh://-oProxyCommand=x/apps', 'host'],
  ['https://bot:secret@example.org/apps.git', 'password'],
])('%s is refused: %s', (url, reason) => {
  expect(() => parseGitAddress(url, 'apps')).toThrow(
    expect.objectContaining({ code: 'configuration', message: expect.stringContaining(reason) }),
  );
});

test('a refused password is not repeated in the message', () => {
  expect(() => parseGitAddress('https://bot:secret@example.org/apps.git', 'apps')).not.toThrow(/secret/);
});
