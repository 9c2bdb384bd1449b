import { diffComponents } from '../../src/core/diff/component-diff.ts';
import { diffManifests, type ManifestDiff } from '../../src/core/diff/manifest-diff.ts';
import type { VersionDifference } from '../../src/core/diff/version-difference.ts';
import type { Preview } from '../../src/core/localization/preview.ts';
import { descriptorData, parseData } from './component-version.ts';

export const nothingPreviewed: Preview = { images: [], settings: [], values: { advice: [], notes: [] }, notes: [] };

interface Differing {
  /** Names of resources that the proposed version gains. */
  readonly gained?: readonly string[];
  /** Manifests before and after, by file. */
  readonly before?: Readonly<Record<string, string>>;
  readonly after?: Readonly<Record<string, string>>;
}

/** @returns A difference between two versions of one component. */
export function versionDifference({ gained = [], before = {}, after = {} }: Differing = {}): VersionDifference {
  const resources = gained.map((name) => ({
    ...{ name, version: 'v1.0.0', type: 'blob', relation: 'local', access: { type: 'none' } },
  }));
  const tree = (data: object) => ({ descriptor: parseData(data), references: [] });
  return {
    component: diffComponents(tree(descriptorData()), tree(descriptorData({ resources }))),
    manifests: manifestDifference(before, after),
    preview: nothingPreviewed,
    unread: new Map(),
  };
}

function manifestDifference(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): ManifestDiff {
  return diffManifests(new Map(Object.entries(before)), new Map(Object.entries(after)));
}
