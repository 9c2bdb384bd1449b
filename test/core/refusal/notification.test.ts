import { expect, test } from 'vitest';
import {
  type Notified,
  notifyRefused,
  notifyResolved,
  parseNotified,
  printNotified,
} from '../../../src/core/refusal/notification.ts';
import { badSignature, missingImage, refused } from '../../builders/refused.ts';

const at = new Date('2026-11-21T12:00:00Z');
const occasion = (before?: Notified, later = at) => ({
  ...{ repository: 'apps', before, at: later },
  issue: 'https://forge.example.org/issues/7',
});

function first() {
  const next = notifyRefused(refused(), occasion());
  if (!next) throw new Error('nothing is notified');
  return next;
}

function resolved(before: Notified) {
  const next = notifyResolved('v2.3.0 is installed.', occasion(before));
  if (!next) throw new Error('nothing is notified');
  return next;
}

test('a refusal is notified with what is refused, why, and words for the provider', () => {
  expect(first().notification).toEqual({
    version: 1,
    id: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    event: 'refused',
    repository: 'apps',
    installation: { environment: 'prod', application: 'billing' },
    component: 'acme.example/billing',
    candidate: 'v2.3.0',
    because: 'not-verified',
    reasons: [missingImage],
    reasonsOmitted: 0,
    text: expect.stringContaining('acme.example/billing v2.3.0 was delivered and is not taken.'),
    issue: 'https://forge.example.org/issues/7',
    at: '2026-11-21T12:00:00.000Z',
  });
});

test('the same refusal is not notified again, another one is', () => {
  const before = first().notified;
  expect(notifyRefused(refused(), occasion(before))).toBeUndefined();
  expect(notifyRefused(refused({ reasons: [badSignature] }), occasion(before))?.notification).toMatchObject({
    event: 'refused',
    reasons: [badSignature],
  });
});

test('what was refused is notified when it is resolved, once', () => {
  const { notification, notified } = resolved(first().notified);
  expect(notification).toMatchObject({
    event: 'resolved',
    installation: { environment: 'prod', application: 'billing' },
    candidate: 'v2.3.0',
    because: 'not-verified',
    reasons: [],
    text: 'prod/billing: acme.example/billing v2.3.0 is not refused any more. v2.3.0 is installed.',
  });
  expect(notifyResolved('', occasion(notified))).toBeUndefined();
  expect(notifyResolved('', occasion())).toBeUndefined();
});

test('a repetition has the same id, whenever it is sent and wherever the issue is', () => {
  const again = notifyRefused(refused(), { repository: 'apps', before: undefined, issue: undefined, at: new Date(0) });
  expect(again?.notification.id).toBe(first().notification.id);
});

test('the same refusal after it was resolved has an id of its own', () => {
  const again = notifyRefused(refused(), occasion(resolved(first().notified).notified));
  const ids = [first().notification.id, resolved(first().notified).notification.id];
  expect(again?.notification.event).toBe('refused');
  expect(new Set([...ids, again?.notification.id]).size).toBe(3);
});

test.each([
  ['content', () => notifyRefused(refused({ reasons: [badSignature] }), occasion())],
  ['repository', () => notifyRefused(refused(), { ...occasion(), repository: 'other' })],
  ['environment', () => notifyRefused({ ...refused(), environment: 'dev' }, occasion())],
  ['application', () => notifyRefused({ ...refused(), application: 'web' }, occasion())],
])('another %s has another id', (_, next) => {
  expect(next()?.notification.id).not.toBe(first().notification.id);
});

test('what people of the repository must do is told in the words of the decision', () => {
  const edited = refused({ because: 'conflict', detail: 'a.yaml was changed by hand.', reasons: [] });
  expect(notifyRefused(edited, occasion())?.notification).toMatchObject({
    candidate: 'v2.3.0',
    text: 'prod/billing: v2.3.0 conflicts with what people changed. a.yaml was changed by hand.',
  });
});

test('of very many reasons the first are given and the others counted', () => {
  const reasons = Array.from({ length: 70 }, (_, index) => ({
    ...missingImage,
    message: `${index} ${'x'.repeat(5_000)}`,
  }));
  const next = notifyRefused(refused({ reasons }), occasion());
  expect(next?.notification.reasons).toHaveLength(50);
  expect(next?.notification.reasonsOmitted).toBe(20);
  expect(JSON.stringify(next?.notification).length).toBeLessThan(60_000);
});

test('what is remembered is read as it was written', () => {
  for (const { notified } of [first(), resolved(first().notified)])
    expect(parseNotified(printNotified(notified))).toEqual(notified);
});

test.each([
  ['nothing', undefined],
  ['no JSON', '{'],
  ['another shape', '[]'],
  ['another event', printNotified(first().notified).replace('"refused"', '"seen"')],
  ['another reason', printNotified(first().notified).replace('not-verified', 'toString')],
  ['no digest', printNotified(first().notified).replace('sha256:', 'sha1:')],
  ['no candidate', printNotified(first().notified).replace('"v2.3.0"', '1')],
  ['no component', printNotified(first().notified).replace('"acme.example/billing"', '1')],
  ['no environment', printNotified(first().notified).replace('"prod"', '1')],
])('%s is not taken for what was remembered', (_, text) => {
  expect(parseNotified(text)).toBeUndefined();
});
