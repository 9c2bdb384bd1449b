import type { Digest } from '../digest.ts';
import type { Problem } from '../trust/reason.ts';
import type { ComponentDescriptor } from './component-descriptor.ts';
import type { ComponentName } from './component-name.ts';

/** What was read of one component version: everything that verification needs, and nothing that could change afterwards. */
export interface CollectedVersion {
  readonly component: ComponentName;
  /** As asked for: a version, or a tag. */
  readonly version: string;
  /** The manifest that the tag named. */
  readonly manifest?: Digest;
  /** Absent when it could not be read; `problems` say why. */
  readonly descriptor?: ComponentDescriptor;
  /** Sizes of the component version's own blobs as the manifest states them, in bytes. */
  readonly sizes?: ReadonlyMap<Digest, number>;
  /** What is wrong with the manifest and the descriptor themselves, in the order of reading. */
  readonly problems: readonly Problem[];
  /** One per resource of the descriptor, in its order. */
  readonly resources: readonly ResourceContent[];
  /** One per reference of the descriptor, in its order. A version that is referred to twice is the same object. */
  readonly references: readonly CollectedReference[];
  /** Bytes of the resources that were asked for, by resource name; only those that have the digest of the descriptor. */
  readonly contents: ReadonlyMap<string, Uint8Array>;
}

export type CollectedReference =
  | { readonly kind: 'collected'; readonly version: CollectedVersion }
  | { readonly kind: 'problem'; readonly problem: Problem };

/** What was found out about a resource's content. */
export type ResourceContent =
  /** The descriptor gives nothing to compare content with. */
  | { readonly kind: 'not-read' }
  | {
      readonly kind: 'blob';
      /** Hash of the bytes as stored, in the hash algorithm of the resource's digest. */
      readonly hash: string;
      /** When it is an archive of an OCI artifact: the digest of its main manifest, all of whose parts are in it. */
      readonly artifact?: Digest | Problem;
      /** Whether the bytes were read; otherwise the registry says that it has them under this digest. */
      readonly read: boolean;
    }
  /** An OCI artifact in the registry, with all its parts; `read` as of a blob. */
  | { readonly kind: 'artifact'; readonly digest: Digest; readonly read: boolean }
  /** It lies where nothing can be read from here. */
  | {
      readonly kind: 'unreachable';
      readonly code: 'leaves-the-registry' | 'resource-unreachable';
      readonly where: string;
      readonly pinned?: Digest;
    }
  /** Never empty. */
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };
