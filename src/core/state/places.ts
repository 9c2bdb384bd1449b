import type { Installation } from '../installation/installation.ts';

/**
 * The branch that holds what people decided and no other branch says: holds, skipped versions, approvals and branches taken over. It is never merged. No
 * environment can be called `state`, for git cannot have branches below this one.
 */
export const stateBranch = 'consignee/state';

/** One file of each kind for an installation; the kinds are folders. */
export const stateKinds = ['holds', 'skips', 'approvals', 'adoptions'] as const;
export type StateKind = (typeof stateKinds)[number];

export type StateOwner = Pick<Installation, 'environment' | 'application'>;

/** @returns The file on the branch, for example `holds/dev/podinfo.yaml`. */
export function statePathOf(kind: StateKind, { environment, application }: StateOwner): string {
  return `${kind}/${environment}/${application}.yaml`;
}

/** @returns What a file of the branch holds, or `undefined` when it is none of the bot's. */
export function parseStatePath(path: string): (StateOwner & { readonly kind: StateKind }) | undefined {
  const [, folder, environment, application] = /^([a-z]+)\/([^/]+)\/([^/]+)\.yaml$/.exec(path) ?? [];
  const kind = stateKinds.find((it) => it === folder);
  if (kind === undefined || environment === undefined || application === undefined) return undefined;
  return { kind, environment, application };
}
