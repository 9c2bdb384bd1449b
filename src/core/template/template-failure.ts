import { Failure, type Finding } from '../failure.ts';

/** @returns One failure for all that is wrong with a template set: the first finding in its message, the others beside it. */
export function templateFailure(findings: readonly Finding[]): Failure {
  const [first, ...others] = findings;
  return new Failure('template', first?.message ?? 'the template set is wrong', {
    place: first?.place,
    remedy: first?.remedy,
    findings: others,
  });
}
