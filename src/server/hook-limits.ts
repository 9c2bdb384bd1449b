import type { HookKind } from './hook-connection.ts';

/** What the webhooks of one process put up with. */
export interface HookLimits {
  /** Of a body, in bytes. GitHub sends up to 25 MiB, Gitea's largest pull requests stay far below 5 MiB (forge.md 1.2). */
  readonly maxBody: Readonly<Record<HookKind, number>>;
  /** Bodies on their way of one connection, together, in bytes. */
  readonly maxBodies: number;
  /** Deliveries of one connection. Far above what any sender does when it is well: none repeats what was turned away. */
  readonly deliveries: { readonly perSecond: number; readonly burst: number };
  /** Forgeries from one address. */
  readonly forgeries: { readonly perSecond: number; readonly burst: number };
  /** How long the store may take, in milliseconds. Gitea waits 5 s, GitHub 10 s. */
  readonly storeTime: number;
}

const mebibyte = 1024 * 1024;

/** @see reliability.md D-03, D-05, C-23 */
export const hookLimits: HookLimits = {
  maxBody: { gitea: 5 * mebibyte, forgejo: 5 * mebibyte, github: 25 * mebibyte, registry: 2 * mebibyte },
  maxBodies: 64 * mebibyte,
  deliveries: { perSecond: 2_000, burst: 10_000 },
  forgeries: { perSecond: 100, burst: 200 },
  storeTime: 4_000,
};
