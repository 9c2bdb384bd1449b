import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseComponentName } from '../../../src/core/component/component-name.ts';

/** One case a line, blanks included. */
function readCases(name: string): string[] {
  const path = new URL(`../../fixtures/component-name/${name}.txt`, import.meta.url);
  return readFileSync(path, 'utf8').split('\n').slice(0, -1);
}

test.each(readCases('valid'))('takes %s', (text) => {
  expect(parseComponentName(text)).toBe(text);
});

test.each(readCases('invalid'))('refuses %j', (text) => {
  expect(parseComponentName(text)).toBeUndefined();
});

test.each(['', 'ocm.software/podinfo\n', 'ocm.software/pod\ninfo', 'ocm.software/pod\0info'])('refuses %j', (text) => {
  expect(parseComponentName(text)).toBeUndefined();
});

test('takes 255 characters at the most', () => {
  const name = `acme.org/${'a'.repeat(246)}`;
  expect(parseComponentName(name)).toBe(name);
  expect(parseComponentName(`${name}a`)).toBeUndefined();
});

test('refuses hostile texts in no time', () => {
  const before = performance.now();
  for (const part of ['a', 'a.', 'a.bc/', 'a-']) parseComponentName(part.repeat(1_000_000));
  for (const part of ['a', 'a.', 'a-']) parseComponentName(`${`a.bc/${part.repeat(250)}`.slice(0, 254)}!`);
  expect(performance.now() - before).toBeLessThan(10_000);
});
