import { describe, expect, test } from 'vitest';
import type { RegistryCredentials } from '../../../src/adapters/oci/credentials.ts';
import { type Exchange, type Fault, sendJson } from '../../support/fake-registry.ts';
import { redirect, status } from '../../support/faults.ts';
import { ask, startOciWorld } from '../../support/oci-world.ts';
import {
  basic,
  bearer,
  challenge,
  expectRefusal,
  failureOf,
  isToken,
  me,
  ownScope,
  password,
  sent,
  startTokenServer,
  type TokenServer,
} from '../../support/signing-in.ts';

/** @returns A token as Gitea makes them, of which nobody here checks the signature. */
function jwt(claims: (nowSeconds: number) => object): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return [encode({ alg: 'HS256' }), encode(claims(Math.floor(Date.now() / 1000))), 'c2lnbmF0dXJl'].join('.');
}

/** Refused access is nothing that passes: somebody must change the setting that the remedy names. */
function expectDenial(failure: unknown, message: RegExp): void {
  const remedy = expect.stringMatching(/`credentials` of 127\.0\.0\.1:\d+ under `registries` .*, or, .*~\/\.ocmconfig/);
  expect(failure).toMatchObject({ code: 'registry-denied', exitCode: 1, passing: false, remedy });
  expect(String(failure)).toMatch(message);
  expect(JSON.stringify(failure, Object.getOwnPropertyNames(failure))).not.toContain(password);
}

describe('a registry that asks for a password', () => {
  const fault = challenge('Basic realm="registry"', (it) => it === basic);

  test('gets it when it asks, and from then on unasked', async () => {
    await using world = await startOciWorld({ credentials: async () => me, registry: { fault } });
    await ask.list(world);
    await ask.blob(world);
    expect(sent(world.fake)).toEqual([undefined, basic, basic]);
  });

  test('gets another one when the first was exchanged', async () => {
    let current: RegistryCredentials = me;
    let accepted = basic;
    await using world = await startOciWorld({
      credentials: async () => current,
      registry: { fault: challenge('Basic', (it) => it === accepted) },
    });
    await ask.list(world);
    current = { ...me, password: 'new' };
    accepted = `Basic ${Buffer.from('me:new').toString('base64')}`;
    await ask.list(world);
    expect(sent(world.fake)).toEqual([undefined, basic, basic, accepted]);
  });

  test('F-09: and does not take it, is not asked again and again', async () => {
    const never = challenge('Basic', () => false);
    await using world = await startOciWorld({ credentials: async () => me, registry: { fault: never } });
    expectDenial(await failureOf(ask.list(world)), /refuses access with status 401/);
    expect(world.client.requests).toBe(2);
    expectDenial(await failureOf(ask.list(world)), /refuses the credentials with status 401/);
    expect(world.client.requests).toBe(3);
  });

  test('F-09: where there is none, is told so', async () => {
    await using world = await startOciWorld({ registry: { fault } });
    expectDenial(await failureOf(ask.list(world)), /refuses access with status 401/);
    expect(world.client.requests).toBe(1);
  });

  test('F-09: and says 403, is not asked again', async () => {
    await using world = await startOciWorld({ credentials: async () => me, registry: { fault: status(403) } });
    expectDenial(await failureOf(ask.list(world)), /refuses access with status 403/);
    expect(sent(world.fake)).toEqual([undefined]);
  });

  test.each([
    ['no challenge', ''],
    ['one that is not known', 'Negotiate abc=='],
    ['one that cannot be read', '"'],
  ])('F-09: with %s gets nothing', async (_what, offer) => {
    await using world = await startOciWorld({
      credentials: async () => me,
      registry: { fault: challenge(offer, () => false) },
    });
    expectDenial(await failureOf(ask.list(world)), /refuses access/);
    expect(sent(world.fake)).toEqual([undefined]);
  });
});

describe('a registry that asks for a token', () => {
  /** A registry behind a token server that may be asked. */
  async function startWorld(
    tokens: TokenServer,
    options: { credentials?: RegistryCredentials; fault?: Fault; scope?: string } = {},
  ) {
    const { credentials, fault = challenge(bearer(tokens.realm, options.scope), isToken) } = options;
    return await startOciWorld({
      credentials: async () => credentials,
      tokenHosts: [tokens.fake.host],
      registry: { fault },
    });
  }

  test('gets one for the repository, fetched once with the password that it never sees itself', async () => {
    await using tokens = await startTokenServer();
    await using world = await startWorld(tokens, { credentials: me, scope: 'repository:other:pull' });
    await ask.list(world);
    await ask.blob(world);
    expect(sent(world.fake)).toEqual([undefined, 'Bearer t1', 'Bearer t1']);
    expect(sent(tokens.fake)).toEqual([basic]);
    const query = new URL(tokens.fake.requests[0]?.path ?? '', 'http://a').searchParams;
    expect(query.getAll('scope')).toEqual([ownScope]);
    expect([query.get('service'), query.get('own')]).toEqual(['registry', '1']);
  });

  test('gets one without a password where there is none', async () => {
    await using tokens = await startTokenServer({}, 'access_token');
    await using world = await startWorld(tokens);
    expect(await ask.list(world)).toMatchObject({ complete: true });
    expect(sent(tokens.fake)).toEqual([undefined]);
  });

  test('costs one token however many ask at the same time, and one for each repository', async () => {
    await using tokens = await startTokenServer();
    await using world = await startWorld(tokens, { scope: ownScope });
    await Promise.all([ask.list(world), ask.blob(world), ask.manifest(world), ask.prove(world)]);
    expect(tokens.fake.requests).toHaveLength(1);
    await world.client.listTags('another/repository');
    expect(tokens.fake.requests).toHaveLength(2);
    expect(tokens.fake.requests[1]?.path).toContain(encodeURIComponent('repository:another/repository:pull'));
  });

  test('gets one token for all repositories where it does not tell them apart', async () => {
    await using tokens = await startTokenServer();
    await using world = await startWorld(tokens, { scope: '*' });
    await ask.list(world);
    await world.client.listTags('another/repository');
    expect(tokens.fake.requests).toHaveLength(1);
    expect(sent(world.fake)).toEqual([undefined, 'Bearer t1', 'Bearer t1']);
  });

  test.each([
    ['said', { expires_in: 300 }, 291],
    ['not said', {}, 51],
  ])('F-24: gets a new one when the time that is %s is over', async (_what, answer, seconds) => {
    await using tokens = await startTokenServer(answer);
    let later = 0;
    await using world = await startOciWorld({
      tokenHosts: [tokens.fake.host],
      registry: { fault: challenge(bearer(tokens.realm, ownScope), isToken) },
      now: () => Date.now() + later,
    });
    await ask.list(world);
    later = (seconds - 3) * 1000;
    await ask.list(world);
    expect(tokens.fake.requests).toHaveLength(1);
    later = seconds * 1000;
    await ask.list(world);
    expect(sent(world.fake)).toEqual([undefined, 'Bearer t1', 'Bearer t1', 'Bearer t2']);
  });

  test.each([
    ['that lives for 10 minutes', jwt((now) => ({ exp: now + 600 })), 590],
    ['that lives for a day, for an hour', jwt((now) => ({ exp: now + 86_400 })), 3590],
    ['that is over by this clock, for a minute', jwt((now) => ({ exp: now - 600 })), 50],
    ['that does not say how long it lives, for a minute', jwt(() => ({})), 50],
    ['that says it in a text, for a minute', jwt((now) => ({ exp: `${now + 600}` })), 50],
    ['that is no JWT, for a minute', 'part.part.part', 50],
  ])('keeps a token %s', async (_what, token, seconds) => {
    await using tokens = await startTokenServer({ token });
    let later = 0;
    await using world = await startOciWorld({
      tokenHosts: [tokens.fake.host],
      registry: { fault: challenge(bearer(tokens.realm, '*'), (it) => it === `Bearer ${token}`) },
      now: () => Date.now() + later,
    });
    await ask.list(world);
    later = (seconds - 5) * 1000;
    await ask.list(world);
    expect(tokens.fake.requests).toHaveLength(1);
    later = (seconds + 5) * 1000;
    await ask.list(world);
    expect(tokens.fake.requests).toHaveLength(2);
  });

  test('believes what the token server says before what the token says', async () => {
    const token = jwt((now) => ({ exp: now + 86_400 }));
    await using tokens = await startTokenServer({ token, expires_in: 60 });
    let later = 0;
    await using world = await startOciWorld({
      tokenHosts: [tokens.fake.host],
      registry: { fault: challenge(bearer(tokens.realm, '*'), (it) => it === `Bearer ${token}`) },
      now: () => Date.now() + later,
    });
    await ask.list(world);
    later = 55_000;
    await ask.list(world);
    expect(tokens.fake.requests).toHaveLength(2);
  });

  test('costs one new token when the old one is over for many at the same time', async () => {
    await using tokens = await startTokenServer();
    let later = 0;
    await using world = await startOciWorld({
      tokenHosts: [tokens.fake.host],
      registry: { fault: challenge(bearer(tokens.realm, ownScope), isToken) },
      now: () => Date.now() + later,
    });
    await ask.list(world);
    later = 60_000;
    await Promise.all([ask.list(world), ask.blob(world), ask.manifest(world)]);
    expect(tokens.fake.requests).toHaveLength(2);
  });

  test('F-24: that no longer takes the one it took gets another, once', async () => {
    await using tokens = await startTokenServer();
    let accepted = 'Bearer t1';
    const fault = challenge(bearer(tokens.realm, ownScope), (it) => it === accepted);
    await using world = await startWorld(tokens, { fault });
    await ask.list(world);
    accepted = 'Bearer t2';
    await ask.list(world);
    expect(sent(world.fake)).toEqual([undefined, 'Bearer t1', 'Bearer t1', 'Bearer t2']);
  });

  test('F-24: that refuses the old one without a word gets another, once', async () => {
    await using tokens = await startTokenServer();
    let accepted = 'Bearer t1';
    const offer = () => (accepted === 'Bearer t1' ? bearer(tokens.realm, '*') : '');
    const fault = challenge(offer, (it) => it === accepted);
    await using world = await startWorld(tokens, { fault, credentials: me });
    await ask.list(world);
    accepted = 'Bearer t2';
    await ask.list(world);
    expect(sent(world.fake)).toEqual([undefined, 'Bearer t1', 'Bearer t1', 'Bearer t2']);
    accepted = 'none';
    expectDenial(await failureOf(ask.list(world)), /refuses access with status 401/);
    expect(sent(world.fake).slice(4)).toEqual(['Bearer t2', 'Bearer t3']);
  });

  test('and takes none that was got without a password, is not said to refuse one', async () => {
    await using tokens = await startTokenServer();
    let offer = bearer(tokens.realm, '*');
    const fault = challenge(
      () => offer,
      (it) => {
        offer = isToken(it) ? 'Basic realm="packages"' : offer;
        return false;
      },
    );
    await using world = await startWorld(tokens, { fault });
    for (const _ of [1, 2]) expectDenial(await failureOf(ask.list(world)), /refuses access with status 401/);
    // It said what it wants, so another token would not help.
    expect(sent(world.fake)).toEqual([undefined, 'Bearer t1', 'Bearer t1']);
  });

  test('is asked with the token again after it wanted a password for one thing, and did not take it', async () => {
    await using tokens = await startTokenServer();
    const isPrivate = ({ url }: Exchange) => url.pathname.includes('/private/');
    let offer = '';
    const fault = challenge(
      () => offer,
      (it, exchange) => {
        offer = isPrivate(exchange) && isToken(it) ? 'Basic realm="packages"' : bearer(tokens.realm, '*');
        return isToken(it) && !isPrivate(exchange);
      },
    );
    await using world = await startWorld(tokens, { fault, credentials: me });
    await ask.list(world);
    expectDenial(await failureOf(world.client.listTags('team/private/thing')), /refuses access with status 401/);
    await ask.list(world);
    expect(sent(world.fake)).toEqual([undefined, 'Bearer t1', 'Bearer t1', basic, 'Bearer t1']);
  });

  test('is asked with the password from then on where it wants one in the place of a token, and takes it', async () => {
    await using tokens = await startTokenServer();
    let offer = bearer(tokens.realm, '*');
    let isTaken = isToken;
    await using world = await startWorld(tokens, {
      fault: challenge(
        () => offer,
        (it) => isTaken(it),
      ),
      credentials: me,
    });
    await ask.list(world);
    offer = 'Basic';
    isTaken = (it) => it === basic;
    await ask.list(world);
    await ask.list(world);
    expect(sent(world.fake)).toEqual([undefined, 'Bearer t1', 'Bearer t1', basic, basic]);
  });

  test('F-24: and takes none that its token server gives, ends it', async () => {
    await using tokens = await startTokenServer();
    await using world = await startWorld(tokens, {
      credentials: me,
      fault: challenge(bearer(tokens.realm), () => false),
    });
    expectDenial(await failureOf(ask.list(world)), /refuses access with status 401/);
    expect(world.client.requests).toBe(3);
  });

  test('is asked for one rather than given the password where it takes both', async () => {
    await using tokens = await startTokenServer();
    const offer = `Basic realm="registry", ${bearer(tokens.realm, '*')}`;
    await using world = await startWorld(tokens, { credentials: me, fault: challenge(offer, isToken) });
    await ask.list(world);
    expect(sent(world.fake)).toEqual([undefined, 'Bearer t1']);
  });

  test('gets one that is ready as it is, and no token server is asked', async () => {
    await using tokens = await startTokenServer();
    const ready: RegistryCredentials = { kind: 'bearer', token: 'ready' };
    const fault = challenge(bearer(tokens.realm), (it) => it === 'Bearer ready');
    await using world = await startWorld(tokens, { credentials: ready, fault });
    await ask.list(world);
    expect(tokens.fake.requests).toEqual([]);
  });

  const identity: RegistryCredentials = { kind: 'identity-token', token: password };

  test('exchanges an identity token in the body of a request', async () => {
    await using tokens = await startTokenServer();
    await using world = await startWorld(tokens, { credentials: identity });
    await ask.list(world);
    expect(tokens.fake.requests).toMatchObject([{ method: 'POST', path: '/token?own=1', authorization: undefined }]);
    expect(Object.fromEntries(new URLSearchParams(tokens.posted.join('')))).toEqual({
      grant_type: 'refresh_token',
      client_id: 'consignee',
      service: 'registry',
      scope: ownScope,
      refresh_token: password,
    });
  });

  test.each([404, 405])('falls back from that to the older way at status %i', async (code) => {
    await using tokens = await startTokenServer(({ request, response }: Exchange) =>
      request.method === 'POST' ? sendJson(response, {}, {}, code) : sendJson(response, { token: 't1' }),
    );
    await using world = await startWorld(tokens, { credentials: identity });
    expect(await ask.list(world)).toMatchObject({ complete: true });
    expect(tokens.fake.requests.map(({ method }) => method)).toEqual(['POST', 'GET']);
  });

  const answers: readonly (readonly [string, object | Fault, RegExp])[] = [
    ['sends elsewhere', redirect('http://127.0.0.1:1/'), /status 307 instead of a token/],
    ['answers without a token', { token: 7 }, /without a token/],
    ['answers with what does not fit a header', { token: 'a\r\nx: y' }, /without a token/],
    ['answers with too much', { token: 'x'.repeat(70_000) }, /more than 65536 bytes/],
    ['is out of order', status(500), /500, 3 times/],
  ];
  test.each([400, 401, 403])('F-24: whose token server refuses the password with %i, is given up', async (code) => {
    await using tokens = await startTokenServer(status(code));
    await using world = await startWorld(tokens, { credentials: me });
    expectDenial(await failureOf(ask.list(world)), new RegExp(`refuses a token for .* status ${code}`));
    expect(sent(tokens.fake)).toEqual([basic]);
  });

  test.each(answers)('F-24: whose token server %s, is given up', async (_what, answer, message) => {
    await using tokens = await startTokenServer(answer);
    await using world = await startWorld(tokens, { credentials: me });
    expectRefusal(await failureOf(ask.list(world)), message);
    expect(sent(world.fake)).toEqual([undefined]);
  });
});
