import { describe, expect, test } from 'vitest';
import { type FakeRegistry, type Fault, sendJson, startFakeRegistry } from '../../support/fake-registry.ts';
import { ask, greeter, type OciWorld, startOciWorld } from '../../support/oci-world.ts';
import {
  basic,
  bearer,
  challenge,
  expectRefusal,
  failureOf,
  isToken,
  me,
  ownScope,
  sent,
} from '../../support/signing-in.ts';

describe('F-24: a registry that sends for a token', () => {
  const realmOf = async (
    realm: (world: { readonly other: FakeRegistry }) => string,
    act: (world: OciWorld) => Promise<unknown>,
  ) => {
    await using other = await startFakeRegistry({ fault: ({ response }) => sendJson(response, { token: 't1' }) });
    const fault = challenge(
      () => bearer(realm({ other }), ownScope),
      () => false,
    );
    await using world = await startOciWorld({ credentials: async () => me, registry: { fault } });
    const failure = await failureOf(act(world));
    return { failure, requests: world.fake.requests, others: other.requests };
  };

  test.each([
    ['to another host', ({ other }: { other: FakeRegistry }) => `${other.address}/token`, /which may not be asked/],
    [
      'to the address of metadata',
      () => 'http://169.254.169.254/latest',
      /sends for a token to 169.254.169.254, which may not/,
    ],
    [
      'to itself with a name before',
      ({ other }: { other: FakeRegistry }) => `http://me@${other.host}/`,
      /no address for it/,
    ],
    ['to a file', () => 'file:///etc/passwd', /no address for it/],
    ['nowhere', () => '', /no address for it/],
    ['to a path', () => '/token', /no address for it/],
  ])('%s gets nothing', async (_what, realm, message) => {
    const { failure, requests, others } = await realmOf(realm, ask.list);
    expectRefusal(failure, message);
    expect(requests.map(({ authorization }) => authorization)).toEqual([undefined]);
    expect(others).toEqual([]);
  });

  test('to another host says which setting would allow it', async () => {
    const { failure } = await realmOf(() => 'http://127.0.0.1:1/token', ask.list);
    expect(failure).toMatchObject({
      remedy: expect.stringMatching(/name 127\.0\.0\.1:1 under `tokenHosts` of 127\.0\.0\.1:\d+/),
    });
  });

  test('to itself is believed', async () => {
    const own: Fault = (exchange) => {
      if (exchange.url.pathname === '/token') return sendJson(exchange.response, { token: 't1' });
      return challenge(bearer(`http://${exchange.request.headers.host}/token`), isToken)(exchange);
    };
    await using world = await startOciWorld({ credentials: async () => me, registry: { fault: own } });
    expect(await ask.list(world)).toMatchObject({ complete: true });
    expect(sent(world.fake)).toEqual([undefined, basic, 'Bearer t1']);
  });

  test('under the name it is configured with is asked where it is reached', async () => {
    const own: Fault = (exchange) => {
      if (exchange.url.pathname === '/token') return sendJson(exchange.response, { token: 't1' });
      return challenge(bearer('http://registry.example.org/token'), isToken)(exchange);
    };
    await using world = await startOciWorld({ host: 'registry.example.org', registry: { fault: own } });
    expect(await world.client.listTags(`team/component-descriptors/${greeter}`)).toMatchObject({ complete: true });
  });
});
