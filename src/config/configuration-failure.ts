import { Failure, type Finding, type Place } from '../core/failure.ts';

/** @returns One failure that reports everything. Expects at least one finding. */
export function configurationFailure(findings: readonly Finding[], what: string): Failure {
  const sorted = findings.toSorted((a, b) => comparePlaces(a.place, b.place));
  const [first, ...others] = sorted;
  if (first && others.length === 0) return new Failure('configuration', first.message, first);
  return new Failure('configuration', `${what} has ${findings.length} mistakes`, {
    remedy: 'Correct the places below.',
    findings: sorted,
  });
}

function comparePlaces(a: Place | undefined, b: Place | undefined): number {
  if (a?.file !== b?.file) return (a?.file ?? '') < (b?.file ?? '') ? -1 : 1;
  return (a?.line ?? 0) - (b?.line ?? 0) || (a?.column ?? 0) - (b?.column ?? 0);
}
