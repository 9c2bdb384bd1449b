import { matchesComponent } from './component-glob.ts';

/** What the operator demands of every applications repository. Repositories can tighten it, not loosen it. */
export interface TrustFloor {
  /** Components, by glob, that may be installed without a required signature. */
  readonly allowUnsigned: readonly string[];
  /** How many signatures must be required at least, of components that need any. */
  readonly minimumSignatures: number;
  /** Normalisation algorithms that count; `undefined` for all supported ones. */
  readonly normalisations: readonly string[] | undefined;
}

/** What holds when the operator says nothing. */
export const defaultTrustFloor: TrustFloor = { allowUnsigned: [], minimumSignatures: 1, normalisations: undefined };

/** @returns Whether the operator lets the component be installed without a required signature. */
export function allowsUnsigned({ allowUnsigned }: TrustFloor, component: string): boolean {
  return allowUnsigned.some((glob) => matchesComponent(glob, component));
}
