import type { DeliveryReader, RawDelivery } from '../ports/deliveries.ts';

/** Somebody who sends webhooks. */
export interface HookConnection {
  readonly kind: HookKind;
  /** Of the server configuration; unique within its kind. */
  readonly name: string;
  readonly reader: DeliveryReader;
  /** One, or two while they are exchanged; asked for again and again, so that they can be. */
  readonly secrets: () => Promise<readonly string[]>;
  /**
   * A host that deliveries go through, which checks them in its own way before `receive` does.
   *
   * @returns What `receive` returned; `undefined` for a forgery.
   */
  readonly through?: <Result>(
    delivery: RawDelivery,
    secrets: readonly string[],
    receive: () => Promise<Result>,
  ) => Promise<Result | undefined>;
}

export type HookKind = 'gitea' | 'forgejo' | 'github' | 'registry';

/** @returns The connection as inbox and log call it. @example 'forge:internal', 'registry:registry.example.org/dev' */
export function connectionKey({ kind, name }: Pick<HookConnection, 'kind' | 'name'>): string {
  return `${kind === 'registry' ? 'registry' : 'forge'}:${name}`;
}

/**
 * @returns The path that the sender posts to. Slashes in the name of a registry stand in it as they are.
 * @example '/hooks/registry/registry.example.org/dev'
 */
export function hookPath({ kind, name }: Pick<HookConnection, 'kind' | 'name'>): string {
  return `/hooks/${kind}/${name.split('/').map(encodeURIComponent).join('/')}`;
}
