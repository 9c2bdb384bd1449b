import { expect, test } from 'vitest';
import { clockAhead } from '../../src/core/clock-ahead.ts';

const sent = new Date('2026-11-21T12:00:00.300Z');
const received = new Date('2026-11-21T12:00:00.900Z');

test.each([
  ['the same second', 'Sat, 21 Nov 2026 12:00:00 GMT', 0],
  ['the second before, which may just have ended', 'Sat, 21 Nov 2026 11:59:59 GMT', 0],
  ['a minute behind', 'Sat, 21 Nov 2026 11:59:00 GMT', -59],
  ['a minute ahead', 'Sat, 21 Nov 2026 12:01:00 GMT', 59],
  ['no time', 'soon', undefined],
  ['no header', undefined, undefined],
])('%s', (_, header, expected) => {
  expect(clockAhead(header, sent, received)).toBe(expected);
});
