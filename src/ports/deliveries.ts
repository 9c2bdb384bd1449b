import type { Actor } from '../core/pull-request/actor.ts';
import type { Permission } from './forge.ts';

/**
 * Reads what a webhook delivers. Pure: bytes in, events out. The signature is checked over the raw bytes, in constant time, before
 * anything is parsed (D-12, D-13).
 */
export interface DeliveryReader {
  /**
   * @param secrets One, or two while they are exchanged. None, or an empty one, is never right.
   */
  read(delivery: RawDelivery, secrets: readonly string[]): ReadDelivery;
}

export interface RawDelivery {
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
}

export type ReadDelivery =
  | {
      readonly kind: 'read';
      /** What the sender calls this delivery; where it has no name for it, a digest of what was sent. */
      readonly id: string;
      /** As the sender calls it, for the log. */
      readonly type: string;
      /** Where to look; none when it is about nothing that the bot looks at. */
      readonly events: readonly HintEvent[];
    }
  /** No signature, or one that does not hold. */
  | { readonly kind: 'forged'; readonly why: string }
  /** Signed, but not to be understood. */
  | { readonly kind: 'malformed'; readonly why: string };

/** Says where to look, never what is true (C-01). Plain data: it is stored as JSON. */
export type HintEvent =
  /** A branch moved, was made or deleted. */
  | { readonly kind: 'branch'; readonly repository: ForgeRepository; readonly branch: string }
  | {
      readonly kind: 'pull-request';
      readonly repository: ForgeRepository;
      readonly number: number;
      readonly head: string;
    }
  /** A comment was made; edits and deletions are no commands and give no event. */
  | {
      readonly kind: 'comment';
      readonly repository: ForgeRepository;
      readonly number: number;
      readonly id: string;
      readonly author: Actor;
      /** SHA-256 of the text, in hexadecimal digits: what is read later must be the same. */
      readonly bodyDigest: string;
      /** What the forge said under its signature about the author's rights. */
      readonly permission: Permission | undefined;
    }
  /** A check reported on a commit. */
  | { readonly kind: 'check'; readonly repository: ForgeRepository; readonly sha: string }
  /** Something arrived in a registry. */
  | {
      readonly kind: 'artifact';
      /** Path of the repository in the registry, without host. */
      readonly name: string;
      /** `undefined` when the sender does not say. */
      readonly tag: string | undefined;
    }
  /** The repository itself changed: renamed, archived, deleted. */
  | { readonly kind: 'repository'; readonly repository: ForgeRepository };

/** A repository as the forge names it in an event. */
export interface ForgeRepository {
  /** Stays when the repository is renamed. */
  readonly id: string;
  /** `owner/name` */
  readonly name: string;
}
