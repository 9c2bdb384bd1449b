import type { DataMap } from './manifest-data.ts';
import type { ManifestObject, ObjectName } from './manifest-objects.ts';

/** Kinds of risk, the gravest first. */
export const riskKinds = [
  'deletion',
  'namespace',
  'crd',
  'storage',
  'privileged',
  'rbac',
  'immutable-field',
  'foreign-image',
  'service-account',
  'scaled-to-zero',
] as const satisfies readonly string[];

export type RiskKind = (typeof riskKinds)[number];

export interface Risk {
  readonly kind: RiskKind;
  /** One plain sentence, for people. */
  readonly detail: string;
}

/** An object before and after; an absent side means that it is added or removed. */
export interface ObjectPair {
  readonly object: ObjectName;
  readonly group: string;
  readonly before: DataMap | undefined;
  readonly after: DataMap | undefined;
  /** Where it stands on each side. */
  readonly files: { readonly before: string | undefined; readonly after: string | undefined };
  /** The namespace at the other end, when the same object goes from one namespace to another. */
  readonly movedWith: string | undefined;
}

/** Whether an object is of this API: kinds of other groups may bear the same name. */
export function isOfKind(
  { group, object }: Pick<ManifestObject, 'group' | 'object'>,
  ofGroup: string,
  ...kinds: readonly string[]
): boolean {
  return group === ofGroup && kinds.includes(object.kind);
}

/** Where kinds keep their pod: Pod; workloads; CronJob; PodTemplate. */
export const podPaths: readonly (readonly string[])[] = [
  ['spec'],
  ['spec', 'template', 'spec'],
  ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
  ['template', 'spec'],
];

/** @returns What is in `after` and not in `before`. */
export function newIn<T>(before: readonly T[], after: readonly T[]): readonly T[] {
  const known = new Set(before);
  return [...new Set(after)].filter((it) => !known.has(it));
}
