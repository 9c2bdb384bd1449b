import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseRepositoryConfig } from '../config/repository-config.ts';
import { resolveInstallations } from '../config/resolve-installations.ts';
import { parseServerConfig, type ServerConfig } from '../config/server-config.ts';
import type { ApplicationsRepository } from '../config/server-connections.ts';
import { operatorFloorOf } from '../config/trust-floor.ts';
import { Failure } from '../core/failure.ts';
import type { Unavailable } from '../core/installation/installation.ts';
import type { Forge } from '../ports/forge.ts';
import type { Log } from '../ports/log.ts';
import type { Store } from '../ports/store.ts';
import { journalForge } from '../workflows/journalled-forge.ts';
import type { PassOptions, PassPorts } from '../workflows/pass.ts';
import { resolveEffects } from '../workflows/resolve-effects.ts';
import { createRefusalTeller, type RefusalTeller } from '../workflows/tell-refusals.ts';
import { asFailure } from './as-failure.ts';
import { createProgressLog } from './progress-log.ts';
import type { CommandContext, CommonOptions, Connection } from './services.ts';

const defaultConfig = './consignee.yaml';

/** One applications repository, connected, as commands work with it. */
export interface Session {
  readonly server: ServerConfig;
  readonly connection: Connection;
  readonly repository: ApplicationsRepository;
  readonly forge: Forge;
  /** `owner/name`; `undefined` in plain git. */
  readonly place: string | undefined;
  /** What a pass needs; opens the store. */
  readonly passPorts: (log?: Log) => Promise<PassPorts>;
  /** Tells people and systems outside of what is refused. */
  readonly refusalTeller: (ports: PassPorts) => RefusalTeller;
  readonly passOptions: (how: Pick<PassOptions, 'mode' | 'only'> & Partial<PassOptions>) => PassOptions;
}

/** @throws {Failure} `configuration` when the file is not there, or with everything that is wrong in it. */
export async function readServerConfig({
  config = defaultConfig,
}: Pick<CommonOptions, 'config'>): Promise<ServerConfig> {
  const path = resolve(config);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new Failure('configuration', `There is no server configuration that can be read at ${config}.`, {
      remedy:
        'Name it with --config, write one (config/consignee.example.yaml shows how), or begin with "consignee demo".',
      cause: error,
    });
  }
  return parseServerConfig(text, path);
}

/**
 * Calls `work` for each chosen applications repository, one after the other, and closes what was opened.
 *
 * @throws {Failure} `usage` for a name that is not configured; `not-available` for what this version cannot do yet.
 */
export async function withSessions<Result>(
  options: CommonOptions,
  context: CommandContext,
  work: (session: Session) => Promise<Result>,
): Promise<readonly Result[]> {
  const server = await readServerConfig(options);
  const chosen = chooseRepositories(server, options.repository);
  const services = await context.services();
  await using connection = services.connect(server);
  const results: Result[] = [];
  for (const repository of chosen)
    results.push(await work(await openSession(repository, { server, connection, context })));
  return results;
}

/** What came of one applications repository: a result, or what kept it from one. */
interface Each<Result> {
  readonly repository: string;
  readonly result?: Result;
  readonly failure?: Failure;
}

/** As `withSessions`, where a failure of one applications repository does not keep the others from theirs. */
export async function withEachSession<Result>(
  options: CommonOptions,
  context: CommandContext,
  work: (session: Session) => Promise<Result>,
): Promise<readonly Each<Result>[]> {
  const server = await readServerConfig(options);
  const chosen = chooseRepositories(server, options.repository);
  const services = await context.services();
  await using connection = services.connect(server);
  const all: Each<Result>[] = [];
  for (const repository of chosen) {
    try {
      const session = await openSession(repository, { server, connection, context });
      all.push({ repository: repository.name, result: await work(session) });
    } catch (error) {
      const failure = asFailure(error);
      if (!failure) throw error;
      all.push({ repository: repository.name, failure });
    }
  }
  return all;
}

/** What a process that stays has: every chosen applications repository, connected, for as long as it runs. */
export interface Served {
  readonly server: ServerConfig;
  readonly connection: Connection;
  readonly store: Store;
  readonly sessions: readonly ServedSession[];
}

interface ServedSession extends Session {
  readonly ports: PassPorts;
}

/** As `withSessions`, with all of them at the same time. */
export async function withServed<Result>(
  options: CommonOptions,
  { context, log }: { readonly context: CommandContext; readonly log: Log },
  work: (served: Served) => Promise<Result>,
): Promise<Result> {
  const server = await readServerConfig(options);
  refuse(server.listen.unavailable);
  const chosen = chooseRepositories(server, options.repository);
  await using connection = (await context.services()).connect(server);
  const sessions: ServedSession[] = [];
  for (const repository of chosen) {
    const session = await openSession(repository, { server, connection, context });
    sessions.push({ ...session, ports: await session.passPorts(log) });
  }
  return await work({ server, connection, store: await connection.openStore(), sessions });
}

/** As `withSessions`, where exactly one applications repository is meant. */
export async function withSession<Result>(
  options: CommonOptions,
  context: CommandContext,
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  const server = await readServerConfig(options);
  const names = [...server.applicationsRepositories.keys()];
  if (names.length > 1 && options.repository === undefined) {
    throw new Failure('usage', `Several applications repositories are configured: ${names.join(', ')}.`, {
      remedy: 'Say which one with --repository.',
    });
  }
  const [result] = await withSessions(options, context, async (session) => ({ value: await work(session) }));
  if (!result) throw new Error('No applications repository was chosen.');
  return result.value;
}

/** @throws {Failure} `usage` for a name that is not configured. */
export function chooseRepositories(
  { applicationsRepositories }: ServerConfig,
  name: string | undefined,
): readonly ApplicationsRepository[] {
  if (name === undefined) return [...applicationsRepositories.values()];
  const found = applicationsRepositories.get(name);
  if (found) return [found];
  throw new Failure('usage', `There is no applications repository ${name} in the server configuration.`, {
    remedy: `Configured are ${[...applicationsRepositories.keys()].join(', ')}.`,
  });
}

interface Opening {
  readonly server: ServerConfig;
  readonly connection: Connection;
  readonly context: CommandContext;
}

/** Connects to one applications repository. Nothing is contacted before it is used. */
export async function openSession(
  repository: ApplicationsRepository,
  { server, connection, context }: Opening,
): Promise<Session> {
  const forge = await connection.openForge(repository.name);
  const { trust } = server;
  return {
    ...{ server, connection, repository, forge },
    place: connection.placeOf(repository.name),
    refusalTeller: ({ forge: { issues }, store, log }) =>
      createRefusalTeller({
        repository: repository.name,
        issues,
        notifier: connection.notifier,
        told: store.told,
        clock: context.clock,
        log,
      }),
    passPorts: async (log = createProgressLog(context.terminal)) => {
      if (server.store.kind === 'postgres') refuse(server.store.unavailable);
      const { repositories, evaluator, templateSets } = connection;
      const store = await connection.openStore();
      const [{ journal }, { clock }] = [store, context];
      await resolveEffects({ forge, journal, clock, log }, repository.name);
      const journalled = journalForge(forge, { journal, repository: repository.name, clock, log });
      return { forge: journalled, repositories, evaluator, templateSets, store, clock, log };
    },
    passOptions: (how) => ({
      repository: repository.name,
      branch: repository.branch,
      read: (files) => resolveInstallations(parseRepositoryConfig(files), { floor: trust }),
      bot: repository.author,
      fresh: false,
      // Who names an installation wants it looked at now.
      anew: how.only.length > 0,
      floor: operatorFloorOf(trust),
      ...how,
    }),
  };
}

function refuse(unavailable: Unavailable | undefined): void {
  if (!unavailable) return;
  throw new Failure('not-available', unavailable.message, {
    place: unavailable.place,
    remedy: 'Use what is available for now: a store in sqlite.',
  });
}
