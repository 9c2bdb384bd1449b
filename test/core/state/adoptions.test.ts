import { expect, test } from 'vitest';
import {
  type Adoption,
  addAdoption,
  adopterOf,
  parseAdoptions,
  printAdoptions,
} from '../../../src/core/state/adoptions.ts';
import { sha } from '../../builders/observation.ts';

const owner = { environment: 'dev', application: 'podinfo' };
const adoption = (digit: string, comment = digit): Adoption => ({
  by: { id: '3', name: `mira-${comment}` },
  at: new Date('2026-11-21T12:00:00Z'),
  comment,
  head: sha(digit),
});

test('what was printed is read', () => {
  const all = [adoption('a')];
  expect(parseAdoptions(owner, printAdoptions(owner, all))).toEqual(all);
  expect(() => parseAdoptions(owner, printAdoptions(owner, all).replace(sha('a'), 'main'))).toThrow(/"head"/);
});

test('an adoption is of one head: of what came later, and of the next proposal, nobody answered for', () => {
  const all = addAdoption([], adoption('a'));
  expect(adopterOf(all, sha('a'))?.name).toBe('mira-a');
  expect(adopterOf(all, sha('b'))).toBeUndefined();
  expect(adopterOf([], sha('a'))).toBeUndefined();
});

test('a newer one takes the place of the one before, and the same comment counts once', () => {
  const newer = addAdoption([adoption('a')], adoption('b'));
  expect(newer).toEqual([adoption('b')]);
  expect(addAdoption(newer, adoption('c', 'b'))).toEqual(newer);
});
