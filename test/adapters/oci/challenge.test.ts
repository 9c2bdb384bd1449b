import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { parseChallenges } from '../../../src/adapters/oci/challenge.ts';
import { parseNextLink } from '../../../src/adapters/oci/link.ts';

const parse = (text: string) =>
  parseChallenges(text).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);

describe('a challenge', () => {
  test.each([
    ['Basic', [['basic', {}]]],
    ['Basic realm="a b"', [['basic', { realm: 'a b' }]]],
    ['bEARER realm="https://a/b?x=1,2",service=s', [['bearer', { realm: 'https://a/b?x=1,2', service: 's' }]]],
    ['Bearer Realm = "a" , SCOPE="x y"', [['bearer', { realm: 'a', scope: 'x y' }]]],
    ['Bearer realm="a\\"b\\\\c"', [['bearer', { realm: 'a"b\\c' }]]],
    ['Bearer realm="a", realm="b"', [['bearer', { realm: 'a' }]]],
    [
      'Basic realm="a", Bearer realm="b", scope="c"',
      [
        ['basic', { realm: 'a' }],
        ['bearer', { realm: 'b', scope: 'c' }],
      ],
    ],
    [
      'Basic realm="Bearer realm=x", Digest',
      [
        ['basic', { realm: 'Bearer realm=x' }],
        ['digest', {}],
      ],
    ],
    [
      'Negotiate abc==, Basic',
      [
        ['negotiate', {}],
        ['basic', {}],
      ],
    ],
    [
      ', ,Basic , , Bearer realm=b,',
      [
        ['basic', {}],
        ['bearer', { realm: 'b' }],
      ],
    ],
    ['', []],
    ['"', []],
    ['Bearer realm="not closed', [['bearer', {}]]],
  ])('%s is read', (text, challenges) => {
    expect(parse(text)).toEqual(challenges);
  });

  const token = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
  const text = fc.string().filter((it) => !/[\r\n]/.test(it));
  const quote = (it: string) => `"${it.replace(/["\\]/g, '\\$&')}"`;

  property.prop([
    fc.array(fc.tuple(token, fc.uniqueArray(fc.tuple(token, text), { minLength: 1, selector: ([name]) => name }))),
  ])('is read as it was written, whatever stands in quotes', (challenges) => {
    const print = ([scheme, parameters]: (typeof challenges)[number]) =>
      `${scheme} ${parameters.map(([name, value]) => `${name}=${quote(value)}`).join(', ')}`;
    expect(parse(challenges.map(print).join(', '))).toEqual(
      challenges.map(([scheme, parameters]) => [scheme, Object.fromEntries(parameters)]),
    );
  });

  property.prop([fc.string()])('of any kind is read without an error', (it) => {
    expect(Array.isArray(parseChallenges(it))).toBe(true);
  });
});

describe('a link to the next page', () => {
  test.each([
    ['</v2/a/tags/list?last=b>; rel="next"', '/v2/a/tags/list?last=b'],
    ['</a>; rel=next', '/a'],
    ['</a>;REL="prev next"', '/a'],
    ['</a>; rel="prev", </b>; rel="next"', '/b'],
    ['</a?x=1,2>; title="a, b"; rel="next"', '/a?x=1,2'],
    ['</a>; rel="prev"', undefined],
    ['</a>', undefined],
    ['nothing', undefined],
    [undefined, undefined],
  ])('%s is read', (text, address) => {
    expect(parseNextLink(text)).toBe(address);
  });
});
