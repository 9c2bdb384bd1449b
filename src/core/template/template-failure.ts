import { Failure, type Finding } from '../failure.ts';

/** @returns One failure for all that is wrong with a template set. */
export function templateFailure(findings: readonly Finding[], what: string): Failure {
  const [first, ...others] = findings;
  if (first && others.length === 0) return new Failure('template', first.message, first);
  return new Failure('template', `${what} has ${findings.length} mistakes`, {
    remedy: 'Correct the places below.',
    findings,
  });
}
