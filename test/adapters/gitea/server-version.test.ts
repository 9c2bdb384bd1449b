import { describe, expect, test } from 'vitest';
import { parseServerAddress } from '../../../src/adapters/gitea/api.ts';
import { parseRetryAfter } from '../../../src/adapters/gitea/retry-after.ts';
import { checkServerVersion, type ServerKind } from '../../../src/adapters/gitea/server-version.ts';
import { cutTitle } from '../../../src/adapters/gitea/titles.ts';

describe('a server', () => {
  test.each<[ServerKind, string]>([
    ['gitea', '1.22.0'],
    ['gitea', '1.25.1'],
    ['gitea', '1.26.0-dev'],
    ['gitea', '1.26.0+dev-42-gabcdef0'],
    ['gitea', 'v1.27.3'],
    ['gitea', 'development'],
    ['forgejo', '9.0.3+gitea-1.22.0'],
    ['forgejo', '11.0.1-99-c504062+gitea-1.22.0'],
    ['forgejo', '15.0.0'],
    ['forgejo', 'development'],
  ])('%s %s is new enough', (kind, text) => {
    expect(checkServerVersion(text, kind, 'host')).toMatchObject({ kind, text });
  });

  test.each<[ServerKind, string]>([
    ['gitea', '1.21.11'],
    ['gitea', '1.9.6'],
    ['forgejo', '8.0.3+gitea-1.22.0'],
    ['forgejo', '7.0.1+gitea-1.21.11'],
  ])('%s %s is too old', (kind, text) => {
    expect(() => checkServerVersion(text, kind, 'host')).toThrow(
      expect.objectContaining({ code: 'not-available', remedy: expect.stringMatching(/Update it to/) }),
    );
  });

  test.each<[ServerKind, string]>([
    ['gitea', '11.0.1+gitea-1.22.0'],
    ['forgejo', '1.25.0'],
  ])('configured as %s is found to be another one by %s', (kind, text) => {
    expect(() => checkServerVersion(text, kind, 'host')).toThrow(expect.objectContaining({ code: 'configuration' }));
  });
});

test.each([
  ['https://git.example.org/', 'https://git.example.org'],
  ['http://127.0.0.1:3000/gitea//', 'http://127.0.0.1:3000/gitea'],
])('the address %s is %s', (text, url) => expect(parseServerAddress(text)).toMatchObject({ url }));

test.each(['', 'git.example.org', 'ssh://git@host', 'https://user:secret@host', 'https://host/?a', 'https://host/#a'])(
  '%s is no address of a server',
  (text) => {
    expect(() => parseServerAddress(text)).toThrow(expect.objectContaining({ code: 'configuration' }));
  },
);

test.each<[string | undefined, number | undefined]>([
  [undefined, undefined],
  ['2', 2000],
  ['-5', 0],
  ['Thu, 01 Jan 1970 00:00:03 GMT', 2000],
  ['99999999', 99_999_999_000],
  ['soon', undefined],
  ['', undefined],
])('Retry-After %s is %s ms', (text, wait) => expect(parseRetryAfter(text, 1000)).toBe(wait));

test.each([
  ['a  b\nc ', 'a b c'],
  ['ä'.repeat(200), 'ä'.repeat(127)],
  ['x'.repeat(254).concat(' y'), 'x'.repeat(254)],
  ['😀'.repeat(70), '😀'.repeat(63)],
])('a title is cut as the forge would', (title, cut) => expect(cutTitle(title)).toBe(cut));
