import { expect, test } from 'vitest';
import { complete, type FaultRow, failure, testFaults } from '../../support/fault-table.ts';
import { first, never, reset, stall, status } from '../../support/faults.ts';
import { ask, startOciWorld } from '../../support/oci-world.ts';

const whole = { kind: 'present', size: 1200, read: false };

const unreached: readonly FaultRow[] = [
  {
    id: 'F-01',
    what: 'a name that leads nowhere',
    act: async () => {
      await using world = await startOciWorld({ address: 'http://nothing.invalid', limits: { attempts: 2 } });
      return await ask.list(world).catch((error: unknown) => error);
    },
    gives: failure(/cannot be reached.*ENOTFOUND|EAI_AGAIN/),
  },
  {
    id: 'F-01',
    what: 'a port where nobody listens',
    act: async (world) => {
      await world.fake[Symbol.asyncDispose]();
      return await ask.list(world);
    },
    gives: failure(/cannot be reached.*ECONNREFUSED.*3 times \(GET \/v2\//),
    requests: 3,
  },
  {
    id: 'F-03',
    what: 'no answer',
    fault: never,
    act: ask.list,
    gives: failure(/took too long to answer, 2 times/),
    requests: 2,
    options: { limits: { attempts: 2 } },
  },
  {
    id: 'F-03',
    what: 'no answer at first',
    fault: first(1, never),
    act: ask.list,
    gives: complete('1.0.0'),
    requests: 2,
  },
  {
    id: 'F-04',
    what: 'an answer that stops',
    fault: stall,
    act: ask.list,
    gives: failure(/stopped in the middle/),
    requests: 2,
    options: { limits: { attempts: 2 } },
  },
  {
    id: 'F-04',
    what: 'a manifest that stops at first',
    fault: first(1, stall),
    act: ask.manifest,
    gives: expect.objectContaining({ kind: 'read' }),
    requests: 2,
  },
  {
    id: 'F-05',
    what: 'a connection that is reset',
    fault: reset,
    act: ask.blob,
    gives: failure(/broke the connection.*3 times/),
    requests: 3,
  },
  {
    id: 'F-05',
    what: 'a connection that is reset once',
    fault: first(1, reset),
    act: ask.prove,
    gives: whole,
    requests: 2,
  },
  ...[500, 502, 503, 504].flatMap((code): readonly FaultRow[] => [
    {
      id: 'F-06',
      what: `status ${code}`,
      fault: status(code),
      act: ask.resolve,
      gives: failure(new RegExp(`status|${code}, 3 times`)),
      requests: 3,
    },
    {
      id: 'F-06',
      what: `status ${code} at first`,
      fault: first(2, status(code)),
      act: ask.list,
      gives: complete('1.0.0'),
      requests: 3,
    },
  ]),
];

testFaults('a registry that is hard to reach', unreached);

test('F-01: a registry that is down is not tried often for each of many questions', async () => {
  await using world = await startOciWorld({ registry: { fault: reset } });
  const fail = async () => {
    const before = world.client.requests;
    await expect(ask.list(world)).rejects.toMatchObject({ code: 'registry-unreachable' });
    return world.client.requests - before;
  };
  const tries: number[] = [];
  for (let count = 0; count < 7; count++) tries.push(await fail());
  expect(tries).toEqual([3, 3, 3, 3, 3, 1, 1]);
  world.fake.fault = undefined;
  expect(await ask.list(world)).toMatchObject({ complete: true });
  world.fake.fault = reset;
  expect(await fail()).toBe(3);
});
