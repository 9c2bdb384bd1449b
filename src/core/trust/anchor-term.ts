import type { Problem } from './reason.ts';
import type { AnchorTerm } from './trust-policy.ts';

/** When something is judged, and for what. */
export interface Occasion {
  readonly now: Date;
  /** Whether the version is installed already: then what was retired, or expired since, counts as well. */
  readonly installed: boolean;
}

/** @returns Why an anchor that fits admits nothing, or `undefined`. */
export function judgeTerm({ source, retired, revoked }: AnchorTerm, { now, installed }: Occasion): Problem | undefined {
  if (revoked === true) return { code: 'key-revoked', message: `it is made with ${source}, which is revoked` };
  if (revoked && now >= revoked) {
    return {
      code: 'key-revoked',
      message: `it is made with ${source}, which is revoked since ${revoked.toISOString()}`,
    };
  }
  if (retired && !installed && now >= retired) {
    const message = `it is made with ${source}, which admits nothing new since ${retired.toISOString()}`;
    return { code: 'key-retired', message };
  }
  return undefined;
}

/** @returns The first moment at which the verdict may change, or `undefined` when it holds for good. */
export function endOf({ retired, revoked }: AnchorTerm, certificateEnds: readonly Date[] = []): Date | undefined {
  const ends = [retired, revoked, ...certificateEnds].filter((it) => it instanceof Date);
  return ends.toSorted((a, b) => a.getTime() - b.getTime())[0];
}
