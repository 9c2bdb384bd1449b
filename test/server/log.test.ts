import { describe, expect, test } from 'vitest';
import { Failure } from '../../src/core/failure.ts';
import { createJsonLog } from '../../src/server/log.ts';

const known = 'correct horse/battery+staple';

/** @returns What stands in the log after one event with these fields. */
function logged(fields: Readonly<Record<string, unknown>>): {
  readonly line: string;
  readonly record: Record<string, unknown>;
} {
  const lines: string[] = [];
  const log = createJsonLog({ write: (line) => lines.push(line), secrets: () => [known, ''] });
  log.warn('thing.happened', fields);
  expect(lines).toHaveLength(1);
  const [line = ''] = lines;
  return { line, record: JSON.parse(line) };
}

test('an event is one line of JSON with level, time, name and fields', () => {
  const lines: string[] = [];
  const log = createJsonLog({ write: (line) => lines.push(line) });
  log.info('hook.stored', { connection: 'forge:internal', events: 2, more: { deep: [true, null] } });
  log.warn('hook.forged', { why: 'two\nlines' });
  expect(lines.every((it) => it.endsWith('}\n') && it.indexOf('\n') === it.length - 1)).toBe(true);
  expect(lines.map((it) => JSON.parse(it))).toEqual([
    {
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      event: 'hook.stored',
      connection: 'forge:internal',
      events: 2,
      more: { deep: [true, null] },
    },
    { level: 'warn', time: expect.any(String), event: 'hook.forged', why: 'two\nlines' },
  ]);
});

describe('a secret is not shown', () => {
  test.each([
    ['that is known', `it is ${known}, they say`],
    ['that is known, in Base64', `it is ${Buffer.from(known).toString('base64')}`],
    ['that is known, in an address', `https://host.test/?x=${encodeURIComponent(known)}`],
    ['in a header', 'sent authorization: Bearer CANARY.x-y_z'],
    ['in a header with a password', `sent Basic ${Buffer.from('me:CANARY').toString('base64')} to it`],
    ['in an address with user and password', 'cannot reach https://me:CANARY@git.example.test/a'],
    ['in an address with a token for a user', 'cannot reach https://CANARY@git.example.test/a'],
    ['in the query of an address', 'GET https://store.test/a?X-Amz-Signature=CANARY&x=1#CANARYnot'],
    ['as a token of a forge', 'used ghp_CANARY0123456789abcdefghij'],
    ['as a private key', '-----BEGIN RSA PRIVATE KEY-----\nCANARY\n-----END RSA PRIVATE KEY-----'],
  ])('%s', (_, text) => {
    for (const fields of [{ text }, { list: [{ text }] }, { error: new Error('outer', { cause: new Error(text) }) }]) {
      const { line } = logged(fields);
      expect(line.replaceAll('#CANARYnot', '')).not.toMatch(/CANARY|Q0FOQVJZ|bWU6|correct horse|Y29ycmVjd|battery%2B/);
      expect(line).toContain('[secret]');
    }
  });

  test.each([
    'authorization',
    'Authorization',
    'cookie',
    'password',
    'webhookSecret',
    'accessToken',
    'x-gitea-signature',
    'apiKey',
  ])('in a field that is called %s', (name) => {
    expect(logged({ [name]: 'CANARY', deep: { [name]: ['CANARY'] } }).line).not.toContain('CANARY');
  });

  test('of which only half would fit', () => {
    expect(logged({ text: `${'x'.repeat(1_990)}${known}` }).line).not.toContain('correct');
  });

  test('that shows itself as something else', () => {
    expect(logged({ it: { toJSON: () => '[hidden]', value: 'CANARY' } }).record).toMatchObject({ it: '[hidden]' });
  });
});

test('an address without secrets stays readable', () => {
  const address = 'https://registry.example.org:5000/v2/a/b?n=100&last=v1';
  expect(logged({ address }).record).toMatchObject({ address });
});

test('a failure shows code, message, remedy and causes, and only a mistake its stack', () => {
  const failure = new Failure('store', 'it is full', { remedy: 'Make room.', cause: new TypeError('deep down') });
  const { record } = logged({ error: failure });
  expect(record).toMatchObject({
    error: {
      code: 'store',
      message: 'it is full',
      remedy: 'Make room.',
      cause: { name: 'TypeError', message: 'deep down' },
    },
  });
  expect(record).not.toHaveProperty('error.stack');
  expect(record).toHaveProperty('error.cause.stack');
});

test('data of any kind and depth is logged', () => {
  const round: Record<string, unknown> = { at: new Date('2026-03-01T00:00:00Z'), big: 2n ** 64n, none: undefined };
  round.self = round;
  expect(logged({ round, long: 'x'.repeat(100_000) }).record).toMatchObject({
    round: { at: '2026-03-01T00:00:00.000Z', big: '18446744073709551616', self: { self: { self: expect.anything() } } },
    long: expect.stringMatching(/^x{2000}…$/),
  });
});
