import type { ComponentName } from '../core/component/component-name.ts';

/** What configured registries hold, as `init` proposes it and `doctor` looks after it. Passes do not need it. */
export interface ComponentCatalog {
  /**
   * @param registry A name of the server configuration.
   * @returns Every component that the account is shown; `undefined` where the registry does not list what it has.
   * @throws {Failure} `registry-unreachable`; `configuration` when it is not configured.
   */
  list(registry: string): Promise<readonly CataloguedComponent[] | undefined>;

  /**
   * Asks a registry whether it takes the credentials, or opens the archive in its place.
   *
   * @throws {Failure} `registry-unreachable`, `registry-denied`.
   */
  reach(registry: string): Promise<void>;
}

export interface CataloguedComponent {
  /** Host and base path, as the repository configuration names it: `gitea.ocm.dev/software-consumer`. */
  readonly registry: string;
  readonly component: ComponentName;
}
