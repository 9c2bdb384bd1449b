import type { AccessReference } from '../core/component/access.ts';
import type { ComponentName } from '../core/component/component-name.ts';
import type { Digest } from '../core/digest.ts';
import type { Problem } from '../core/trust/reason.ts';

/** Where component versions lie: an OCI registry under a base path, or an archive in its place. */
export interface ComponentRepository {
  /** For messages: the registry name as configured, or the path of the archive. */
  readonly name: string;

  /** Host and base path of the registry that this is or whose place it takes; `undefined` for an archive looked into by itself. */
  readonly registry: string | undefined;

  /** Lists the tags of a component. Tags are not versions: aliases and stray tags are among them. */
  listTags(component: ComponentName): Promise<TagListing>;

  /** @returns The manifest's digest, or `undefined` when the component has no such tag. */
  resolveTag(component: ComponentName, tag: string): Promise<Digest | undefined>;

  /**
   * Reads a manifest or blob of the component's repository and checks it against its digest.
   *
   * @returns What came of it: content that is missing, too large or has other bytes is a finding, not an error.
   * @throws {Failure} `registry-unreachable`; `registry-changed` when an archive was replaced since it was opened.
   */
  read(
    component: ComponentName,
    digest: Digest,
    options: { readonly kind: 'manifest' | 'blob'; readonly maxBytes: number },
  ): Promise<ReadResult>;

  /**
   * Proves that a blob is there, whatever its size, without keeping it: by the registry's word, or by reading it through where that
   * is what it takes.
   */
  prove(component: ComponentName, digest: Digest): Promise<Presence | ReadProblem>;

  /**
   * Reads a blob of any size as it comes.
   *
   * @throws {Refusal} While it is iterated: `blob-missing`, or `digest-mismatch` after the last byte.
   * @throws {Failure} As {@link read}.
   */
  stream(component: ComponentName, digest: Digest): AsyncIterable<Uint8Array>;

  /**
   * Finds an OCI artifact that a resource refers to, and proves that all its parts are there.
   *
   * @returns `outside` when the reference does not lie in what this repository can reach; `incomplete` when parts are missing or
   *   have other bytes.
   */
  findArtifact(reference: AccessReference): Promise<ArtifactResult>;

  /**
   * Reads a manifest or blob of the repository that a reference names, and checks it against its digest, which the reference need not
   * have. Only what this repository can reach is there; the rest is `missing`.
   *
   * @throws {Failure} As {@link read}.
   */
  readReferenced(reference: AccessReference, wanted: WantedContent): Promise<ReadResult>;
}

export interface WantedContent {
  readonly digest: Digest;
  readonly kind: 'manifest' | 'blob';
  readonly maxBytes: number;
}

/** Content that the repository has. */
export interface Presence {
  readonly kind: 'present';
  /** In bytes. */
  readonly size: number;
  /** Whether the bytes were read and have the digest; otherwise the registry says so. */
  readonly read: boolean;
}

export interface TagListing {
  /** Each tag, with its manifest where the listing tells it. */
  readonly tags: ReadonlyMap<string, Digest | undefined>;
  /** Whether these are certainly all. From an incomplete listing nothing may be concluded that is not in it. */
  readonly complete: boolean;
}

export type ArtifactResult =
  /** `read` tells whether the bytes of all parts were read; otherwise those of its manifests were, and the registry has the rest. */
  | { readonly kind: 'present'; readonly digest: Digest; readonly read: boolean }
  | { readonly kind: 'missing' | 'outside' }
  | { readonly kind: 'incomplete'; readonly problems: readonly Problem[] };

export type ReadResult = { readonly kind: 'read'; readonly bytes: Uint8Array } | ReadProblem;

export type ReadProblem =
  | { readonly kind: 'missing' }
  /** The bytes under this name have another digest. */
  | { readonly kind: 'corrupt' }
  | { readonly kind: 'too-large'; readonly size: number };

/** Opens component repositories by the name that the configuration gives them. */
export interface ComponentRepositories {
  /**
   * Opens a registry for one pass. What is read through one repository belongs together: an archive that is replaced meanwhile
   * answers `registry-changed`, and opening it again gives the new one.
   *
   * @param registry Host and base path, for example `gitea.ocm.dev/software-consumer`.
   * @throws {Failure} `registry-unreachable` when it is not there, `not-available` when the registry is not configured.
   * @throws {Refusal} `malformed` when what is there is no component repository.
   */
  open(registry: string): Promise<ComponentRepository>;
}
