import { Failure } from '../core/failure.ts';
import { configurationPath } from '../core/init/propose-configuration.ts';
import type { ConfiguredInstallation } from '../core/installation/installation.ts';
import type { PullRequest } from '../core/pull-request/pull-request.ts';
import type { CommitSha } from '../core/repository/commit.ts';
import type { ForgeCondition } from '../ports/forge.ts';
import { about, type Examination } from '../workflows/doctor/examination.ts';
import { examineForge, findReported, judgeRules } from '../workflows/doctor/examine-forge.ts';
import { examineComponents } from '../workflows/doctor/examine-registries.ts';
import { readTrustPolicy } from '../workflows/read-trust-policy.ts';
import { observe } from '../workflows/run-pass.ts';
import { guard } from './doctor-guard.ts';
import { type ExaminedSession, examineWebhook } from './doctor-webhook.ts';
import type { Session } from './session.ts';

/** What a pass would go by. */
interface Observed {
  readonly installations: readonly ConfiguredInstallation[];
  readonly commit: CommitSha;
  readonly pullRequests: readonly PullRequest[];
}

/**
 * Looks after one applications repository: its forge, its configuration, what it delivers, its webhook.
 *
 * @param installed Gains the registries that its installations come from.
 */
export async function* examineRepository(
  examined: ExaminedSession & { readonly installed: Set<string> },
): AsyncGenerator<Examination, void, void> {
  const { session, installed } = examined;
  const { forge, connection, repository } = session;
  const where = session.place ?? repository.name;
  const known: { condition?: ForgeCondition | undefined; observed?: Observed } = {};
  yield* await guard({ check: 'forge', where }, async () => {
    known.condition = await forge.condition?.examine(repository.branch);
    return known.condition ? examineForge(known.condition, where) : [];
  });
  yield* await guard({ check: 'repository-configuration', where }, async () => {
    known.observed = await readConfiguration(session);
    return [describeConfiguration(known.observed, where)];
  });
  const { condition, observed } = known;
  if (condition) yield* await guard({ check: 'protection', where }, () => examineRules(session, condition, observed));
  if (observed) {
    for (const { registry } of observed.installations) installed.add(registry.url);
    yield* await examineComponents(observed.installations, connection.repositories);
  }
  yield* examineWebhook(examined, where);
}

/** As every pass does first: git, the pull requests, the configuration with its keys. */
async function readConfiguration({ forge, passOptions }: Session): Promise<Observed> {
  const options = passOptions({ mode: 'plan', only: [] });
  const { state, pullRequests } = await observe({ forge }, options).catch(suggestInit);
  for (const installation of state.installations) readTrustPolicy(installation, state.texts, options.floor);
  return { installations: state.installations, commit: state.commit, pullRequests };
}

/** That nothing is there yet is known by a place without a line. */
function suggestInit(error: unknown): never {
  const missing = error instanceof Failure && error.place?.file === configurationPath && error.place.line === undefined;
  if (!missing) throw error;
  const { code, message, place } = error;
  throw new Failure(code, `${message}.`, { place, remedy: 'Run consignee init: it proposes one.', cause: error });
}

function describeConfiguration({ installations }: Observed, where: string): Examination {
  const configuration = about({ check: 'repository-configuration', where });
  const later = installations.filter(({ unavailable }) => unavailable.length > 0).map(({ name }) => name);
  const count = `${installations.length} ${installations.length === 1 ? 'installation' : 'installations'}`;
  if (later.length === 0) return configuration.ok(`It is valid: ${count}.`);
  return configuration.warning(
    `It is valid: ${count}, of which ${later.join(', ')} ask for what this version cannot do yet.`,
    'consignee validate says what that is.',
  );
}

async function examineRules(
  { forge, repository, place }: Session,
  { rules }: ForgeCondition,
  observed: Observed | undefined,
): Promise<readonly Examination[]> {
  const heads = observed ? [observed.commit, ...observed.pullRequests.flatMap(({ headSha }) => headSha ?? [])] : [];
  const reported = rules && rules.checks.length > 0 ? await findReported(forge.checks, heads) : new Set<string>();
  const automatic = observed?.installations.some(({ merge }) => merge === 'automatic') ?? false;
  return judgeRules({ rules, reported, automatic, branch: repository.branch, where: place ?? repository.name });
}
