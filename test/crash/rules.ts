import type { Census } from './census.ts';
import type { Expected } from './scenes.ts';

/** What must be true whenever a process ends, as what is counted when it is not. */
export const rules = [
  'pull requests too many',
  'comments said twice',
  'commits of people gone',
  'commits of people merged unseen',
  'merges made twice',
  'statuses wrong',
  'not what was to come of it',
  'not come to rest',
] as const;

export type Rule = (typeof rules)[number];

export type Violations = Readonly<Record<Rule, number>>;

export interface Counted {
  readonly census: Census;
  /** What the forge had made before the first process began. */
  readonly before: Census;
  readonly expected: Expected;
  /** What a person pushed to the bot's branch as a process ended; then nobody knows how the scene goes on, only what it must not do. */
  readonly foreign: string | undefined;
  readonly atRest: boolean;
}

export async function countViolations(counted: Counted): Promise<Violations> {
  const { census, foreign, atRest } = counted;
  return {
    'pull requests too many': countPulls(counted),
    'comments said twice': countSaid(counted),
    'commits of people gone': foreign !== undefined && !(await census.holds(foreign)) ? 1 : 0,
    'commits of people merged unseen': foreign !== undefined && (await census.holds(foreign, 'main')) ? 1 : 0,
    'merges made twice': countMerges(counted),
    'statuses wrong': foreign === undefined ? differences(census.statuses, counted.expected.statuses) : 0,
    'not what was to come of it': foreign === undefined ? countMissing(counted) : 0,
    'not come to rest': atRest ? 0 : 1,
  };
}

/** Those that are there, and those that the forge counted though they are not there any more. */
function countPulls({ census, before, expected }: Counted): number {
  const made = (census.made?.pullRequests ?? 0) - (before.made?.pullRequests ?? 0);
  const wanted = expected.pulls.length;
  return Math.max(0, census.pulls.length - wanted, before.pulls.length + made - wanted);
}

/** Those that say the same, and those that were made and are gone: one that was said twice is taken back when it is noticed. */
function countSaid({ census, before }: Counted): number {
  const made = (census.made?.comments ?? 0) - (before.made?.comments ?? 0);
  const twice = census.said.length - new Set(census.said).size;
  return Math.max(twice, made - (census.said.length - before.said.length));
}

function countMerges({ census, before, expected }: Counted): number {
  const made = (census.made?.merges ?? 0) - (before.made?.merges ?? 0);
  const wanted = expected.merges;
  return Math.max(0, census.merged.length - wanted, before.merged.length + made - wanted);
}

function countMissing({ census, expected }: Counted): number {
  const pulls = expected.pulls.filter(({ number, state, title, says }) => {
    const found = census.pulls.find((it) => it.number === number);
    return found?.state !== state || found.title !== title || (says && !says.test(found.body));
  });
  const merges = Math.max(0, expected.merges - census.merged.length);
  // Commits have another id each time.
  const said = census.said.map((it) => it.replace(/[0-9a-f]{40,}/, '…'));
  return pulls.length + merges + differences(said, expected.said);
}

function differences(found: readonly string[], wanted: readonly string[]): number {
  return found.filter((it) => !wanted.includes(it)).length + wanted.filter((it) => !found.includes(it)).length;
}

export function sumOf(all: readonly Violations[]): Violations {
  const sum = { ...none };
  for (const violations of all) for (const rule of rules) sum[rule] += violations[rule];
  return sum;
}

export const none: Violations & Record<Rule, number> = {
  'pull requests too many': 0,
  'comments said twice': 0,
  'commits of people gone': 0,
  'commits of people merged unseen': 0,
  'merges made twice': 0,
  'statuses wrong': 0,
  'not what was to come of it': 0,
  'not come to rest': 0,
};

/** @returns One line for each rule, for people who look at what the suite printed. */
export function printCounts(
  violations: Violations,
  { cases, kills }: { readonly cases: number; readonly kills: number },
): string {
  const width = Math.max(...rules.map(({ length }) => length));
  const lines = rules.map((rule) => `  ${rule.padEnd(width)}  violations: ${violations[rule]}`);
  return `\n${cases} scenes, ${kills} processes killed with SIGKILL; counted by the forge:\n${lines.join('\n')}\n\n`;
}
