import { describe, expect, test } from 'vitest';
import type { Fault } from './fake-registry.ts';
import { type OciWorld, type OciWorldOptions, startOciWorld } from './oci-world.ts';

/** One way for a registry to fail, and what comes of it. */
export interface FaultRow {
  /** As in the list of faults, or `extra`. */
  readonly id: string;
  readonly what: string;
  readonly fault?: Fault;
  readonly act: (world: OciWorld) => Promise<unknown>;
  /** A failure is compared like any other result. */
  readonly gives: unknown;
  /** How many requests leave. */
  readonly requests?: number;
  readonly options?: OciWorldOptions;
}

const password = 'hunter2';
const credentials = async () => ({ kind: 'basic', username: 'me', password }) as const;

/** A failure that can be acted on. */
export const failure = (message: RegExp): unknown =>
  expect.objectContaining({
    name: 'Failure',
    code: 'registry-unreachable',
    message: expect.stringMatching(message),
    remedy: expect.stringMatching(/./),
  });

export const refusal = (code: string): unknown => expect.objectContaining({ name: 'Refusal', code });

export const complete = (...tags: readonly string[]) => ({ tags: tagMap(tags), complete: true });
export const partly = (...tags: readonly string[]) => ({ tags: tagMap(tags), complete: false });

const tagMap = (tags: readonly string[]) => new Map(tags.map((it) => [it, undefined]));

/** Runs each row against a registry that nobody but the row misuses. */
export function testFaults(name: string, rows: readonly FaultRow[]): void {
  describe(name, () => {
    test.each(rows)('$id: $what', async ({ fault, act, gives, requests, options }) => {
      await using world = await startOciWorld({ credentials, ...options });
      world.fake.fault = fault;
      const result = await act(world).catch((error: unknown) => error);
      expect(result).toEqual(gives);
      if (requests !== undefined) expect(world.client.requests).toBe(requests);
      // Nobody has asked for credentials, and no message shows them or what signs an address.
      expect(world.fake.requests.filter(({ authorization, cookie }) => authorization ?? cookie)).toEqual([]);
      expect(result instanceof Error ? result.message : '').not.toContain(password);
    });
  });
}
