import { findRegistry } from '../config/find-registry.ts';
import type { ServerConfig } from '../config/server-config.ts';
import { about, type Examination } from '../workflows/doctor/examination.ts';
import { examineRegistries } from '../workflows/doctor/examine-registries.ts';
import { guard } from './doctor-guard.ts';
import { examineMachine } from './doctor-machine.ts';
import { examineRepository } from './doctor-repository.ts';
import { parseAdminToken } from './init-webhook.ts';
import { failureAsData } from './print-failure.ts';
import type { CommandContext, CommonOptions, Connection } from './services.ts';
import { chooseRepositories, openSession, readServerConfig, type Session } from './session.ts';
import { fold, printJson, type Style, styler, type Terminal } from './terminal.ts';

export interface DoctorOptions extends CommonOptions {
  /** Where the token of an owner stands: `env:NAME` or `file:PATH`. */
  readonly adminToken?: string;
}

/** Looks after everything that is needed, one after the other. @returns 1 when something failed, 0 otherwise. */
export async function doctor(options: DoctorOptions, context: CommandContext): Promise<number> {
  const { terminal } = context;
  const adminToken = options.adminToken === undefined ? undefined : parseAdminToken(options.adminToken);
  const all: Examination[] = [];
  const text = options.output === 'text';
  for await (const examination of examineAll({ options, context, adminToken })) {
    all.push(examination);
    if (text) terminal.out(`${print(examination, terminal)}\n`);
  }
  const failed = all.filter(({ result }) => result === 'failed').length;
  const warnings = all.filter(({ result }) => result === 'warning').length;
  if (text) terminal.out(`\n${all.length} checks: ${failed} failed, ${warnings} with a warning.\n`);
  else terminal.out(printJson({ healthy: failed === 0, checks: all.map(asData) }));
  return failed > 0 ? 1 : 0;
}

interface Examining {
  readonly options: DoctorOptions;
  readonly context: CommandContext;
  readonly adminToken: (() => Promise<string>) | undefined;
}

/** Each as soon as it is known: some take their time. */
async function* examineAll(examining: Examining): AsyncGenerator<Examination, void, void> {
  const { options, context } = examining;
  const configuration = { check: 'server-configuration', where: options.config ?? './consignee.yaml' };
  const read: { server?: ServerConfig } = {};
  yield* await guard(configuration, async () => {
    read.server = await readServerConfig(options);
    return [about(configuration).ok('It can be read.')];
  });
  const { server } = read;
  const services = await context.services();
  if (!server) {
    yield* await guard({ check: 'git', where: 'git' }, async () => [
      about({ check: 'git', where: 'git' }).ok(`${await services.findGit()}.`),
    ]);
    return;
  }
  await using connection = services.connect(server);
  yield* examineMachine({ server, connection, services });
  const installed = new Set<string>();
  for (const repository of chooseRepositories(server, options.repository)) {
    const subject = { check: 'repository', where: repository.name };
    const opened: { session?: Session } = {};
    yield* await guard(subject, async () => {
      opened.session = await openSession(repository, { server, connection, context });
      return [];
    });
    const { session } = opened;
    if (session) yield* examineRepository({ session, context, adminToken: examining.adminToken, installed });
  }
  yield* await examineOthers(server, connection, installed);
}

/** What no repository needed so far. */
async function examineOthers(
  server: ServerConfig,
  connection: Connection,
  installed: ReadonlySet<string>,
): Promise<readonly Examination[]> {
  const used = new Set([...installed].map((it) => findRegistry(server, it)?.name));
  const unused = [...server.registries.keys()].filter((it) => !used.has(it));
  const all = [...(await examineRegistries(unused, connection.catalog))];
  for (const { name, url } of server.notify) {
    const receiver = { check: 'receiver', where: name };
    const found = await guard(receiver, async () => {
      await connection.reachReceiver({ name, url });
      return [about(receiver).ok('Somebody answers there; nothing was sent.')];
    });
    all.push(...found);
  }
  return all;
}

const signs: Readonly<Record<Examination['result'], readonly [Style, string]>> = {
  ok: ['green', 'ok     '],
  warning: ['yellow', 'warning'],
  failed: ['red', 'failed '],
};

function print({ check, where, result, message, remedy, failure }: Examination, terminal: Terminal): string {
  const style = styler(terminal);
  const [colour, sign] = signs[result];
  const room = { width: terminal.width, indent: 8 };
  const findings = (failure?.findings ?? []).map((it) => `${it.message}${it.remedy ? `. ${it.remedy}` : ''}`);
  return [
    `${style(colour, sign)} ${style('bold', check)} ${where}`,
    ...[message, ...findings, remedy].flatMap((it) => (it === undefined ? [] : [fold(it, room)])),
  ].join('\n');
}

function asData({ check, where, result, message, remedy, failure }: Examination) {
  return { check, where, result, message, remedy, failure: failure && failureAsData(failure) };
}
