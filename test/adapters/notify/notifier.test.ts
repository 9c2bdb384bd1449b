import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createSecureServer } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createNotifier } from '../../../src/adapters/notify/notifier.ts';
import { defaultLimits } from '../../../src/adapters/notify/timing.ts';
import { Failure } from '../../../src/core/failure.ts';
import { notifyRefused, type RefusalNotification } from '../../../src/core/refusal/notification.ts';
import { badSignature, type Refuse, refused } from '../../builders/refused.ts';
import { type Receiver, sign, startReceiver } from '../../support/receiver.ts';

const secret = 'fixture-secret';
let receiver: Receiver;
let other: Receiver;
let now: number;
let sleeps: number[];
const owned: AsyncDisposable[] = [];

beforeEach(async () => {
  [receiver, other] = await Promise.all([startReceiver(secret), startReceiver(secret)]);
  now = Date.parse('2026-11-21T12:00:00Z');
  sleeps = [];
});
afterEach(async () => {
  for (const it of [...owned.splice(0), receiver, other]) await it[Symbol.asyncDispose]();
});

interface Changes {
  readonly receivers?: readonly {
    readonly name: string;
    readonly url: string;
    readonly secret?: () => Promise<string>;
  }[];
  readonly attemptSeconds?: number;
}

function notifier({ receivers = [{ name: 'chat', url: receiver.url }], attemptSeconds = 5 }: Changes = {}) {
  const made = createNotifier({
    receivers: receivers.map((it) => ({ secret: async () => secret, ...it })),
    limits: { ...defaultLimits, attemptSeconds },
    timing: { now: () => now, random: () => 1, sleep: async (milliseconds) => void sleeps.push(milliseconds) },
  });
  owned.push(made);
  return made;
}

function notification(changes: Partial<Refuse> = {}): RefusalNotification {
  const occasion = { repository: 'apps', before: undefined, issue: undefined, at: new Date(now) };
  const next = notifyRefused(refused(changes), occasion);
  if (!next) throw new Error('nothing is notified');
  return next.notification;
}

async function failureOf(work: Promise<void>): Promise<Failure> {
  const error = await work.then(
    () => undefined,
    (it: unknown) => it,
  );
  if (error instanceof Failure) return error;
  throw new Error(`there is no failure, but ${error}`);
}

const both = () => [
  { name: 'chat', url: receiver.url },
  { name: 'pager', url: other.url },
];

test('a notification is posted as JSON, signed over its bytes', async () => {
  await notifier().notify(notification());
  const [post] = receiver.posts;
  expect(post).toMatchObject({
    path: 'POST /hooks/consignee',
    headers: { 'content-type': 'application/json', 'user-agent': 'consignee' },
  });
  expect(post?.headers['x-consignee-signature-256']).toBe(sign(post?.body ?? Buffer.from(''), secret));
  expect(receiver.notifications).toEqual([notification()]);
});

test('the secret is read anew for each notification', async () => {
  let current = 'before';
  const made = notifier({ receivers: [{ name: 'chat', url: receiver.url, secret: async () => current }] });
  await made.notify(notification());
  current = secret;
  await made.notify(notification({ reasons: [badSignature] }));
  expect(receiver.posts).toHaveLength(2);
  expect(receiver.notifications).toEqual([notification({ reasons: [badSignature] })]);
});

test('a secret that cannot be read is told with the name of its receiver, and the others get theirs', async () => {
  const unreadable = async () => {
    throw new Failure('configuration', 'the secret file x is empty', { remedy: 'Write it.' });
  };
  const [chat, pager] = [
    { name: 'chat', url: receiver.url, secret: unreadable },
    { name: 'pager', url: other.url },
  ];
  const failure = await failureOf(notifier({ receivers: [chat, pager] }).notify(notification()));
  expect(failure).toMatchObject({ code: 'configuration', remedy: 'Write it.' });
  expect(failure.message).toBe('The receiver chat was not told: the secret file x is empty.');
  expect(receiver.posts).toEqual([]);
  expect(other.notifications).toHaveLength(1);
});

describe('what another attempt may get past', () => {
  test.each([
    ['an error of the server', 503],
    ['too many requests', 429],
    ['a connection that breaks', (it: { destroy(): unknown }) => it.destroy()],
  ])('after %s it is posted again, the same', async (_, answer) => {
    receiver.next(answer, answer);
    await notifier().notify(notification());
    expect(receiver.notifications).toEqual([notification(), notification(), notification()]);
    expect(sleeps).toEqual([1000, 2000]);
  });

  test('three attempts are made, and the failure names the receiver and what it said', async () => {
    receiver.next(500, 500, 500, 500);
    const failure = await failureOf(notifier().notify(notification()));
    expect(failure.message).toBe(`The receiver chat at 127.0.0.1:${receiver.port} answered with 500.`);
    expect(failure).toMatchObject({ code: 'receiver-unreachable', remedy: expect.stringContaining('`notify`') });
    expect(receiver.posts).toHaveLength(3);
  });

  test('a receiver that does not answer is given up after the time limit', async () => {
    receiver.next(...Array.from({ length: 3 }, () => () => undefined));
    const failure = await failureOf(notifier({ attemptSeconds: 0.05 }).notify(notification()));
    expect(failure.message).toContain('did not answer within 0.05 seconds');
    expect(receiver.posts).toHaveLength(3);
  });

  test('nobody listening is told as such', async () => {
    const gone = createServer();
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
    const address = gone.address();
    await new Promise((resolve) => gone.close(resolve));
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/x`;
    const failure = await failureOf(notifier({ receivers: [{ name: 'chat', url }] }).notify(notification()));
    expect(failure.message).toMatch(/cannot be reached, or broke the connection: ECONNREFUSED\.$/);
    expect(sleeps).toHaveLength(2);
  });
});

describe('what no other attempt gets past', () => {
  test('an answer that it is not wanted is not asked for again', async () => {
    receiver.next(403);
    const failure = await failureOf(notifier().notify(notification()));
    expect(failure.message).toContain('answered with 403.');
    expect(failure.remedy).toContain('`secret`');
    expect(receiver.posts).toHaveLength(1);
  });

  test('no redirect is followed', async () => {
    receiver.next((response) => response.writeHead(307, { location: other.url }).end());
    const failure = await failureOf(notifier().notify(notification()));
    expect(failure.message).toContain('answered with 307, and redirects are not followed');
    expect(receiver.posts).toHaveLength(1);
    expect(other.posts).toEqual([]);
  });

  test('no proxy of the environment is used', async () => {
    const before = process.env.http_proxy;
    process.env.http_proxy = other.url;
    try {
      await notifier().notify(notification());
    } finally {
      if (before === undefined) delete process.env.http_proxy;
      else process.env.http_proxy = before;
    }
    expect(other.posts).toEqual([]);
    expect(receiver.posts).toHaveLength(1);
  });
});

test('an answer without an end is not read to one', async () => {
  let written = 0;
  const closed = Promise.withResolvers<void>();
  receiver.next((response) => {
    response.on('close', () => closed.resolve());
    const write = () => {
      if (response.destroyed) return;
      written += 64 * 1024;
      response.write(Buffer.alloc(64 * 1024), () => setImmediate(write));
    };
    response.writeHead(200);
    write();
  });
  await notifier().notify(notification());
  await closed.promise;
  expect(written).toBeGreaterThan(0);
});

describe('several receivers', () => {
  test('one that fails keeps no other from its notification', async () => {
    receiver.next(400);
    const failure = await failureOf(notifier({ receivers: both() }).notify(notification()));
    expect(failure.message).toContain('chat');
    expect(failure.message).not.toContain('pager');
    expect(other.notifications).toEqual([notification()]);
  });

  test('the failure names all that were not told', async () => {
    receiver.next(400);
    other.next(401);
    const failure = await failureOf(notifier({ receivers: both() }).notify(notification()));
    expect(failure.code).toBe('receiver-unreachable');
    expect(failure.message).toMatch(/chat at \S+ answered with 400\. .*pager at \S+ answered with 401\./);
  });

  test('one that took it is not given the same again, until there was another', async () => {
    const made = notifier({ receivers: both() });
    receiver.next(400);
    await failureOf(made.notify(notification()));
    await made.notify(notification());
    expect(receiver.posts).toHaveLength(2);
    expect(other.posts).toHaveLength(1);
    await made.notify(notification({ reasons: [badSignature] }));
    await made.notify(notification());
    expect(other.posts).toHaveLength(3);
  });
});

test('a receiver that did not answer is left in peace, each time longer, and then asked again', async () => {
  const made = notifier();
  receiver.next(...Array.from({ length: 6 }, () => 503));
  await failureOf(made.notify(notification()));
  expect((await failureOf(made.notify(notification()))).message).toContain(
    'tried again after 2026-11-21T12:01:00.000Z',
  );
  expect(receiver.posts).toHaveLength(3);
  now += 60_000;
  await failureOf(made.notify(notification()));
  expect(receiver.posts).toHaveLength(6);
  now += 60_000;
  await failureOf(made.notify(notification()));
  expect(receiver.posts).toHaveLength(6);
  now += 60_000;
  await made.notify(notification());
  expect(receiver.posts).toHaveLength(7);
});

test('the pause is a quarter of an hour at most, and short again after an answer', async () => {
  const made = notifier();
  const pauses: number[] = [];
  for (let round = 0; round < 7; round++) {
    receiver.next(...(round === 6 ? [204, 503, 503, 503] : [503, 503, 503]));
    if (round === 6) await made.notify(notification());
    await failureOf(made.notify(notification({ reasons: [badSignature] })));
    const { message } = await failureOf(made.notify(notification({ reasons: [badSignature] })));
    const until = Date.parse(/after (\S+)\.$/.exec(message)?.[1] ?? '');
    pauses.push((until - now) / 1000);
    now = until;
  }
  expect(pauses).toEqual([60, 120, 240, 480, 900, 900, 60]);
});

test('a mistake of the program is no failure of a receiver', async () => {
  const mistaken = async () => {
    throw new TypeError('a bug');
  };
  other.next(400);
  const wrong = notifier({ receivers: [...both().slice(1), { name: 'chat', url: receiver.url, secret: mistaken }] });
  await expect(wrong.notify(notification())).rejects.toThrow(TypeError);
  const noHttp = notifier({ receivers: [{ name: 'chat', url: 'ftp://127.0.0.1/x' }] });
  await expect(noHttp.notify(notification())).rejects.not.toBeInstanceOf(Failure);
});

test('a receiver whose certificate nobody vouches for gets nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'consignee-test-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=chat.test', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2', '-nodes'];
  const algorithm = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
  execFileSync('openssl', ['req', '-x509', ...algorithm, ...subject, '-keyout', key, '-out', cert], { stdio: 'pipe' });
  let asked = 0;
  const server = createSecureServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) => {
    asked++;
    response.writeHead(204).end();
  });
  rmSync(folder, { recursive: true });
  try {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const url = `https://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/x`;
    const failure = await failureOf(notifier({ receivers: [{ name: 'chat', url }] }).notify(notification()));
    expect(failure.message).toContain('DEPTH_ZERO_SELF_SIGNED_CERT');
    expect(asked).toBe(0);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

test('what a failure says holds no secret', async () => {
  receiver.next(500, 500, 500);
  const url = receiver.url.replace('http://', 'http://mira:hunter2hunter2@');
  const failure = await failureOf(notifier({ receivers: [{ name: 'chat', url }] }).notify(notification()));
  expect(`${failure.message} ${failure.remedy} ${failure.stack}`).not.toMatch(/hunter2|fixture-secret|mira/);
});
