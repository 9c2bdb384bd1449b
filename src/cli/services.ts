import type { ServerConfig } from '../config/server-config.ts';
import type { FileSet, Person } from '../core/repository/commit.ts';
import type { ArchiveWriter } from '../ports/archive-writer.ts';
import type { Clock } from '../ports/clock.ts';
import type { ComponentCatalog } from '../ports/component-catalog.ts';
import type { ComponentRepositories, ComponentRepository } from '../ports/component-repository.ts';
import type { Evaluator } from '../ports/evaluator.ts';
import type { Forge } from '../ports/forge.ts';
import type { Hooks } from '../ports/hooks.ts';
import type { Notifier } from '../ports/notifier.ts';
import type { Store } from '../ports/store.ts';
import type { TemplateSets } from '../ports/template-sets.ts';
import type { HookConnection } from '../server/hook-connection.ts';
import type { Terminal } from './terminal.ts';

/** What every command that reads a server configuration takes. */
export interface CommonOptions {
  /** Default: `./consignee.yaml`. */
  readonly config?: string;
  readonly repository?: string;
  readonly output: 'text' | 'json';
}

/** What commands are given: the reader's side, and the world on request. */
export interface CommandContext {
  readonly terminal: Terminal;
  readonly clock: Clock;
  /** Connects to what a command needs; loaded late, for help and mistyped commands need none of it. */
  readonly services: () => Promise<Services>;
}

/** The world as the composition root puts it together. */
export interface Services {
  /** Connects to everything that a server configuration names; nothing is contacted before it is used. */
  connect(config: ServerConfig): Connection;
  /** Opens a CTF archive: a folder, a tar or a tgz file. */
  openArchive(path: string): Promise<ComponentRepository>;
  /**
   * Opens a registry that no configuration names, with the credentials that the user has for Docker and the OCM command line.
   *
   * @param name Host and base path; `http://` before it for one without TLS.
   */
  openRegistry(name: string): Promise<OpenedRegistry>;
  readonly archiveWriter: ArchiveWriter;
  /** Makes a bare git repository with `files` on the branch `main`. */
  createRepository(path: string, files: FileSet, by: Person): Promise<void>;
  /** Who runs the command, as git knows them. */
  findPerson(): Promise<Person>;
  /**
   * @returns What git says of itself: `git version 2.47.1`.
   * @throws {Failure} `local` when it is missing or too old.
   */
  findGit(): Promise<string>;
}

export type OpenedRegistry = ComponentRepository & AsyncDisposable;

export interface Connection extends AsyncDisposable {
  readonly repositories: ComponentRepositories;
  readonly catalog: ComponentCatalog;
  readonly evaluator: Evaluator;
  readonly templateSets: TemplateSets;
  openStore(): Promise<Store>;
  /** @param name One of the configured applications repositories. */
  openForge(name: string): Promise<Forge>;
  /**
   * @param name One of the configured applications repositories.
   * @param token Of an owner; it is not kept.
   * @returns `undefined` in plain git, which has no webhooks.
   */
  openHooks(name: string, token: () => Promise<string>): Promise<Hooks | undefined>;
  /** @returns `owner/name` of an applications repository on its forge; `undefined` in plain git. */
  placeOf(name: string): string | undefined;
  /**
   * Finds out whether somebody answers where notifications go; none is sent.
   *
   * @throws {Failure} `receiver-unreachable`.
   */
  reachReceiver(receiver: { readonly name: string; readonly url: string }): Promise<void>;
  /** `undefined` when nobody is to be notified. */
  readonly notifier: Notifier | undefined;
  /** @returns Who may send webhooks. */
  hookConnections(): Promise<readonly HookConnection[]>;
}
