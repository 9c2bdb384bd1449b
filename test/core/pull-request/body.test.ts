import { describe, expect, test } from 'vitest';
import { digestOf } from '../../../src/core/digest.ts';
import {
  type BodyMarker,
  markConflict,
  markRefused,
  parseBody,
  printBody,
  replaceBody,
} from '../../../src/core/pull-request/body.ts';
import type { Version } from '../../../src/core/version/version.ts';

const marker: BodyMarker = {
  installation: 'prod/billing',
  version: 'v2.3.1' as Version,
  render: digestOf('render'),
  supersedes: ['v2.3.0' as Version],
};

test('a body says what it proposes', () => {
  expect(parseBody(printBody(marker, ['text']))).toEqual(marker);
});

test('text that people write around the part of the bot stays when that is replaced', () => {
  const body = `Please wait for Ada.\n\n${printBody(marker, ['old'])}\n\nShe is back on Monday.`;
  const replaced = replaceBody(body, printBody({ ...marker, version: 'v2.4.0' as Version }, ['new']));
  expect(replaced).toContain('Please wait for Ada.');
  expect(replaced).toContain('She is back on Monday.');
  expect(replaced).not.toContain('old');
  expect(parseBody(replaced)?.version).toBe('v2.4.0');
});

test.each(['\n', '\r\n'])('a marker within what the bot or people write is no marker, with line ends %j', (lineEnd) => {
  const begin = printBody({ ...marker, version: 'v9.0.0' as Version }, []).split('\n')[0];
  const ours = printBody(marker, ['```diff\n<!-- consignee:end -->\n```', `old ${begin}\n${begin}`]);
  const body = `I saw ${begin}.\n${ours}\n\nMine: <!-- consignee:end --> is the end.`.replaceAll('\n', lineEnd);
  expect(parseBody(body)).toEqual(marker);
  const replaced = replaceBody(body, 'new');
  expect(replaced.split(lineEnd)).toEqual([`I saw ${begin}.`, 'new', '', 'Mine: <!-- consignee:end --> is the end.']);
});

test('a body whose markers somebody removed is written anew', () => {
  expect(replaceBody('gone', printBody(marker, ['new']))).toBe(printBody(marker, ['new']));
});

test.each([
  ['no marker', 'hello'],
  ['a marker with a version that is none', '<!-- consignee:begin installation=a/b version=x render=sha256:1 -->'],
])('%s says nothing', (_, body) => {
  expect(parseBody(body)).toBeUndefined();
});

test('a body that is too long is cut between sections and says so', () => {
  const body = printBody(marker, ['first', 'x'.repeat(70_000), 'last']);
  expect(body.length).toBeLessThan(1_000);
  expect(body).toContain('first');
  expect(body).toContain('left out');
  expect(parseBody(body)).toEqual(marker);
});

describe('a mark', () => {
  const body = printBody({ ...marker, supersedes: [] }, ['**What** it is', 'x'.repeat(40_000)]);

  test('stands at the top, in words and for the bot', () => {
    const marked = markRefused(body, ['**Do not merge.**', '', 'a <!-- consignee:end --> b']);
    expect(parseBody(marked)).toMatchObject({ version: marker.version, refused: true });
    expect(marked).toMatch(/^<!-- consignee:begin .* refused -->\n\n> \*\*Do not merge\.\*\*\n>\n> a /);
    expect(marked.match(/^<!-- consignee:end -->$/gm)).toHaveLength(1);
    expect(marked).toContain('**What** it is');
  });

  test('is made once, and goes with the text that is written anew', () => {
    const marked = markRefused(body, ['no']);
    expect(markRefused(marked, ['again'])).toBe(marked);
    expect(parseBody(replaceBody(marked, body))?.refused).toBeUndefined();
    expect(replaceBody(marked, body)).toBe(body);
  });

  test('leaves the rest out where there is no room for it, but not what people wrote around it', () => {
    const marked = markRefused(`mine\n${body}\nours`, ['y'.repeat(30_000)]);
    expect(marked.length).toBeLessThan(60_000);
    expect(parseBody(marked)).toMatchObject({ refused: true });
    expect(marked).toMatch(/^mine\n/);
    expect(marked).toMatch(/\nours$/);
    expect(marked).not.toContain('xxxx');
  });

  test('of a conflict stands in the place of the proposal, and can be told from that of another', () => {
    const marked = markConflict(`mine\n${body}\nours`, digestOf('one'), ['**Do not merge: conflict.**', 'a table']);
    const { version, render } = marker;
    expect(parseBody(marked)).toMatchObject({ version, render, refused: true, conflict: digestOf('one') });
    expect(marked).toMatch(
      /^mine\n<!-- consignee:begin .* -->\n\n\*\*Do not merge: conflict\.\*\*\n\na table\n\n<!-- .* -->\nours$/,
    );
    expect(parseBody(markConflict(marked, digestOf('two'), []))?.conflict).toBe(digestOf('two'));
    expect(parseBody(replaceBody(marked, body))).not.toHaveProperty('conflict');
    expect(markConflict('mine', digestOf('one'), ['no'])).toBe('mine');
  });

  test('is not made in a text that is not the bot’s', () => {
    expect(markRefused('mine', ['no'])).toBe('mine');
  });
});
