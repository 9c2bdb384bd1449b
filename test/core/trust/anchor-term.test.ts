import { describe, expect, test } from 'vitest';
import { endOf, judgeTerm } from '../../../src/core/trust/anchor-term.ts';

const before = new Date('2026-11-21T11:59:59.999Z');
const now = new Date('2026-11-21T12:00:00.000Z');
const after = new Date('2026-11-21T12:00:00.001Z');
const source = 'release.pub';

const revoked = { code: 'key-revoked', message: 'it is made with release.pub, which is revoked' };
const revokedSince = { ...revoked, message: `${revoked.message} since 2026-11-21T12:00:00.000Z` };
const retired = {
  code: 'key-retired',
  message: 'it is made with release.pub, which admits nothing new since 2026-11-21T12:00:00.000Z',
};

test.each([
  ['without an end', {}, undefined, undefined],
  ['that is revoked', { revoked: true }, revoked, revoked],
  ['that is revoked from now on', { revoked: now }, revokedSince, revokedSince],
  ['that will be revoked', { revoked: after }, undefined, undefined],
  ['that is retired from now on', { retired: now }, retired, undefined],
  ['that will be retired', { retired: after }, undefined, undefined],
  ['that is both', { retired: before, revoked: now }, revokedSince, revokedSince],
] as const)('an anchor %s', (_what, term, onNew, onInstalled) => {
  expect(judgeTerm({ source, ...term }, { now, installed: false })).toEqual(onNew);
  expect(judgeTerm({ source, ...term }, { now, installed: true })).toEqual(onInstalled);
});

describe('the verdict about an anchor', () => {
  test.each([
    ['for good', {}, [], undefined],
    ['for good by revocation', { revoked: true }, [], undefined],
    ['until it is retired', { retired: now, revoked: after }, [after], now],
    ['until it is revoked', { retired: after, revoked: now }, [after], now],
    ['until a certificate ends', { retired: after }, [after, now], now],
    ['until the next end beside revocation', { retired: after, revoked: true }, [now], now],
  ] as const)('holds %s', (_what, term, certificates, end) => {
    expect(endOf({ source, ...term }, certificates)).toEqual(end);
  });

  test('holds until the anchor ends where there is no certificate', () => {
    expect(endOf({ source, retired: now })).toEqual(now);
  });
});
