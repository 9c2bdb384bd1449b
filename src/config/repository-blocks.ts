import type { YamlPath } from '../core/document/strict-yaml.ts';
import type { Place } from '../core/failure.ts';
import type { Application, Environment, Provider, TopLevel } from './repository-schema.ts';

/** What the applications repository says about itself, as written, each part with its place. */
export interface RepositoryConfig {
  readonly top: Block<TopLevel>;
  readonly providers: ReadonlyMap<string, Block<Provider>>;
  /** Never empty: without any, there is one named `default` for the whole repository. */
  readonly environments: ReadonlyMap<string, Block<Environment>>;
  readonly applications: ReadonlyMap<string, Block<Application>>;
}

/** One block of the configuration. */
export interface Block<Content> {
  readonly content: Content;
  /** @returns Where the key at `path` inside the block stands, or its nearest parent; without steps, the block itself. */
  readonly placeOf: (...path: YamlPath) => Place;
}
