import { fc, test as property } from '@fast-check/vitest';
import { expect, test } from 'vitest';
import { type Intent, intentKey, parseIntent, printIntent, textDigest } from '../../../src/core/journal/intent.ts';

// No ref, digest or marker is empty.
const text = fc.string({ minLength: 1, maxLength: 6 });
const word = fc.option(text, { nil: undefined });
const number = fc.nat({ max: 20 });
const labels = fc.array(text, { maxLength: 2 });

const intent: fc.Arbitrary<Intent> = fc.oneof(
  fc.record({
    kind: fc.constant('push' as const),
    updates: fc.array(fc.record({ ref: text, expect: word, to: word }), { minLength: 1, maxLength: 2 }),
  }),
  fc.record({ kind: fc.constant('open' as const), head: text, base: text, text }),
  fc.record({
    ...{ kind: fc.constant('update' as const), number, title: word, body: word },
    ...{ addLabels: labels, removeLabels: labels },
  }),
  fc.record({ kind: fc.constant('close' as const), number }),
  fc.record({ kind: fc.constant('merge' as const), number, head: text, base: word, text }),
  fc.record({ kind: fc.constant('comment' as const), number, marker: word, text }),
  fc.record({ kind: fc.constant('acknowledge' as const), comment: text }),
  fc.record({ kind: fc.constant('status' as const), sha: text, context: text, state: text, text }),
  fc.record({ kind: fc.constant('issue' as const), marker: text, title: text, text }),
  fc.record({ kind: fc.constant('close-issue' as const), number, text }),
);

property.prop([intent])('an intent that is stored as JSON is read back as it was', (it) => {
  expect(parseIntent(it.kind, JSON.parse(JSON.stringify(printIntent(it))))).toEqual(it);
});

property.prop([intent, intent], { numRuns: 500 })('two effects have one key only when they are the same', (a, b) => {
  const same = JSON.stringify(a) === JSON.stringify(b);
  expect(intentKey('applications', a) === intentKey('applications', b)).toBe(same);
});

test('the same effect on another repository has another key', () => {
  const close: Intent = { kind: 'close', number: 1 };
  expect(intentKey('applications', close)).toMatch(/^[0-9a-f]{64}$/);
  expect(intentKey('applications', close)).not.toBe(intentKey('others', close));
});

test('labels that are added are told from those that are removed', () => {
  const update = { kind: 'update', number: 1, title: undefined, body: undefined } as const;
  const added = intentKey('a', { ...update, addLabels: ['x', 'y'], removeLabels: [] });
  expect(intentKey('a', { ...update, addLabels: ['x'], removeLabels: ['y'] })).not.toBe(added);
});

test.each([
  ['another kind', 'paint', { number: 1 }],
  ['a number that is none', 'close', { number: '1' }],
  ['a text that is none', 'open', { head: 'a', base: 1, text: 'b' }],
  ['a list that is none', 'push', { updates: {} }],
  ['an entry that is none', 'push', { updates: ['refs/heads/main'] }],
  ['an optional text that is none', 'comment', { number: 1, marker: 7, text: 'b' }],
  ['nothing', 'merge', {}],
])('%s is not understood', (_, kind, detail) => {
  expect(parseIntent(kind, detail)).toBeUndefined();
});

test('a text is recognised whatever line ends and space around it a forge gives it', () => {
  expect(textDigest('one\r\ntwo\n\n')).toBe(textDigest('one\ntwo'));
  expect(textDigest('one\ntwo')).not.toBe(textDigest('one two'));
  expect(textDigest('a', 'b')).not.toBe(textDigest('ab'));
  expect(textDigest('a', undefined)).not.toBe(textDigest('a', ''));
});
