import { afterAll, describe, expect, test } from 'vitest';
import { nameOf, negative } from './cases.ts';
import { none, printCounts, sumOf } from './rules.ts';
import { type CaseResult, type CrashCase, runCase } from './run-case.ts';
import type { Stages } from './stage.ts';

/** Kills processes at these places, counts by the forge what came of it, and shows that the count can be other than zero. */
export function testCrashes(stages: Stages, cases: readonly CrashCase[]): void {
  afterAll(() => stages[Symbol.asyncDispose]());
  const counted: CaseResult[] = [];

  describe.concurrent('a process that is killed and started again', () => {
    test.for(cases.map((it) => [nameOf(it), it] as const))('%s', async ([, crash]) => {
      const result = await runCase(stages, crash);
      counted.push(result);
      expect(result.violations).toEqual(none);
    });
  });

  describe.concurrent('a program with a mistake is noticed', () => {
    test.for(negative)('%s', async ([rule, crash]) => {
      const { violations } = await runCase(stages, crash);
      expect(violations[rule]).toBeGreaterThan(0);
    });
  });

  test('counted by the forge, nothing was done twice, lost or overwritten', () => {
    const sum = sumOf(counted.map(({ violations }) => violations));
    const kills = counted.reduce((total, it) => total + it.kills, 0);
    process.stdout.write(printCounts(sum, { cases: counted.length, kills }));
    expect(counted).toHaveLength(cases.length);
    expect(sum).toEqual(none);
  });
}
