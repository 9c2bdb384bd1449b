import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

test('every code is explained, in one order', () => {
  const [union = ''] = /export type ReasonCode =[^;]*;/.exec(read('src/core/trust/reason.ts')) ?? [];
  const codes = [...union.matchAll(/'([a-z-]+)'/g)].map(([, code]) => code);
  const explained = [...read('docs/verification.md').matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, code]) => code);
  expect(codes.length).toBeGreaterThan(20);
  expect(codes).toEqual(codes.toSorted());
  expect(explained).toEqual(codes);
});
