import type { Preview } from '../localization/preview.ts';
import { type ComponentDiff, type DiffRow, flattenDiff } from './component-diff.ts';
import type { ManifestDiff } from './manifest-diff.ts';

/** What a proposed component version changes, for those who review it: nothing is decided by it. */
export interface VersionDifference {
  readonly component: ComponentDiff;
  /** Of the Kubernetes objects and settings that lie in the component versions as text. */
  readonly manifests: ManifestDiff;
  /** Places of resources whose content was left out, with the reason. */
  readonly unread: ReadonlyMap<string, string>;
  /** What the cluster will put into the manifests, and what is to be said of people's values. */
  readonly preview: Preview;
  /** Why there is nothing to compare with, although a version is installed. */
  readonly installedUnread?: string;
}

/** @returns Whether something was left out of the comparison: that may hold any risk. */
export function isPartial({ manifests, unread, installedUnread }: VersionDifference): boolean {
  const whole = !manifests.truncated && manifests.unreadable.length === 0 && unread.size === 0;
  return !whole || installedUnread !== undefined;
}

/** @returns What differs in the component, for people: that a signature is made for another content is no news beside the content. */
export function reviewRows({ component }: VersionDifference): readonly DiffRow[] {
  return flattenDiff(component).filter(({ kind, what }) => kind !== 'signature' || what.join() !== 'digest');
}
