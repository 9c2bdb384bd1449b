import type { ComponentName } from '../core/component/component-name.ts';

/** Publishes component versions into archives of the common transport format. */
export interface ArchiveWriter {
  /**
   * Adds a component version to an archive in the form of a folder, which is made when it is not there. Content first, then the
   * index by a rename, so that a reader sees all of the version or nothing. A tag that is there already moves to the new manifest.
   * One writer at a time.
   *
   * @param archive Path of the folder.
   * @throws {Failure} `local` when it cannot be written.
   */
  add(archive: string, version: PublishedVersion): Promise<void>;
}

export interface PublishedVersion {
  readonly component: ComponentName;
  readonly tag: string;
  readonly manifest: Uint8Array;
  readonly blobs: readonly Uint8Array[];
}
