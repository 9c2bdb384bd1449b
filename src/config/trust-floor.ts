import { matchesComponent } from './component-glob.ts';

/** What the operator demands of every applications repository. Repositories can tighten it, not loosen it. */
export interface TrustFloor {
  /** Components, by glob, that may be installed without a required signature. */
  readonly allowUnsigned: readonly string[];
  /** Components, by glob, whose content may lie outside of the configured registries: people are warned about it. */
  readonly allowExternalAccess: readonly string[];
  /** How many signatures must be required at least, of components that need any. */
  readonly minimumSignatures: number;
  /** Normalisation algorithms that count; `undefined` for all supported ones. */
  readonly normalisations: readonly string[] | undefined;
  /** Signature algorithms that count; `undefined` for all supported ones. */
  readonly algorithms: readonly string[] | undefined;
  /** Fingerprints of keys that count for nothing. */
  readonly revokedKeys: readonly string[];
}

/** What holds when the operator says nothing. */
export const defaultTrustFloor: TrustFloor = {
  allowUnsigned: [],
  allowExternalAccess: [],
  minimumSignatures: 1,
  normalisations: undefined,
  algorithms: undefined,
  revokedKeys: [],
};

/** @returns Whether the operator lets the component be installed without a required signature. */
export function allowsUnsigned({ allowUnsigned }: TrustFloor, component: string): boolean {
  return allowUnsigned.some((glob) => matchesComponent(glob, component));
}

/** @returns What the floor adds to every trust policy. */
export function operatorFloorOf(floor: TrustFloor) {
  const { allowExternalAccess, minimumSignatures, normalisations, algorithms, revokedKeys } = floor;
  return {
    allowsUnsigned: (component: string) => allowsUnsigned(floor, component),
    allowsExternalAccess: (component: string) => allowExternalAccess.some((it) => matchesComponent(it, component)),
    minimumSigners: minimumSignatures,
    normalisations,
    algorithms,
    revokedKeys,
  };
}
