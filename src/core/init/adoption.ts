import type { FileSet } from '../repository/commit.ts';
import type { Version } from '../version/version.ts';

/** What became of manifests that people have. */
export interface Adoption {
  /** Lock files with their evidence, and nothing that was there. */
  readonly files: FileSet;
  readonly adopted: readonly { readonly name: string; readonly version: Version }[];
  /** Those that need something first. */
  readonly left: readonly LeftInstallation[];
}

export interface LeftInstallation {
  readonly name: string;
  /** Whole sentences. */
  readonly message: string;
  readonly remedy: string | undefined;
}

export const noAdoption: Adoption = { files: new Map(), adopted: [], left: [] };
