import { afterEach, beforeEach, expect, test } from 'vitest';
import { reachReceiver } from '../../../src/adapters/notify/reach.ts';
import { type Receiver, startReceiver } from '../../support/receiver.ts';

let receiver: Receiver;
beforeEach(async () => {
  receiver = await startReceiver('secret');
});
afterEach(() => receiver[Symbol.asyncDispose]());

test.each([204, 405, 500])('a receiver that answers with %i is there, and gets no notification', async (status) => {
  receiver.next(status);
  await reachReceiver({ name: 'chat', url: receiver.url });
  expect(receiver.posts.map(({ path, body }) => [path, body.length])).toEqual([['HEAD /hooks/consignee', 0]]);
});

test('one that breaks the connection is not there', async () => {
  receiver.next((response) => response.destroy());
  const reaching = reachReceiver({ name: 'chat', url: receiver.url });
  await expect(reaching).rejects.toMatchObject({ code: 'receiver-unreachable' });
});
