import type { Version } from '../version/version.ts';
import type { ComponentName } from './component-name.ts';

/** A digest as a component descriptor states it: the fields are as written, whether they are supported and well-formed or not. */
export interface ContentDigest {
  readonly hashAlgorithm: string;
  readonly normalisationAlgorithm: string;
  /** Lower-case hexadecimal digits, when it is well-formed. */
  readonly value: string;
}

export interface Label {
  readonly name: string;
  /** Any JSON data. */
  readonly value: unknown;
  readonly version?: string;
  /** Whether the label is part of what is signed. */
  readonly signing?: true;
  readonly merge?: Readonly<Record<string, unknown>>;
}

/** How to get at content; everything beside the type depends on the type and is not signed. */
export interface Access {
  readonly type: string;
  readonly [field: string]: unknown;
}

interface Element {
  readonly name: string;
  readonly version: string;
  /** Distinguishes elements of one name; empty when there is none. */
  readonly extraIdentity: Readonly<Record<string, string>>;
  readonly labels: readonly Label[];
}

export interface Resource extends Element {
  readonly type: string;
  readonly relation: 'local' | 'external';
  readonly access: Access;
  readonly digest?: ContentDigest;
}

export interface Source extends Element {
  readonly type: string;
  readonly access: Access;
}

export interface ComponentReference extends Element {
  readonly componentName: ComponentName;
  readonly digest?: ContentDigest;
}

export interface Signature {
  readonly name: string;
  readonly digest: ContentDigest;
  readonly algorithm: string;
  readonly mediaType: string;
  readonly value: string;
  readonly issuer?: string;
}

/** A component descriptor of either scheme, in one shape. */
export interface ComponentDescriptor {
  readonly scheme: 'v2' | 'v3alpha1';
  /** As written, of scheme `v3alpha1`; jsonNormalisation/v1 covers it. */
  readonly apiVersion?: string;
  readonly name: ComponentName;
  readonly version: Version;
  readonly provider: { readonly name: string; readonly labels: readonly Label[] };
  readonly labels: readonly Label[];
  /** As written; part of what is signed. */
  readonly creationTime?: string;
  readonly resources: readonly Resource[];
  readonly sources: readonly Source[];
  readonly references: readonly ComponentReference[];
  readonly signatures: readonly Signature[];
}
