import { Failure, type Finding } from '../../core/failure.ts';
import type { ConfiguredInstallation } from '../../core/installation/installation.ts';
import { renderDigestOf } from '../../core/installation/lock-file.ts';
import { fileOf } from '../../core/installation/loosening.ts';
import { componentsFolderOf, configurationFolder, evidencePathOf, lockPathOf } from '../../core/installation/places.ts';
import type { PlannedChange } from '../../core/pull-request/review.ts';
import { Refusal } from '../../core/trust/reason.ts';
import { type Listings, listVersions } from '../list-versions.ts';
import type { RepositoryState } from '../observe-repository.ts';
import type { InstallationResult, PassOptions, PassPorts, PassView } from '../pass.ts';
import { readInputs } from '../read-inputs.ts';
import { reconcileInstallation } from '../reconcile-installation.ts';

interface PlanInput {
  readonly view: PassView;
  /** The repository as it would be. */
  readonly after: RepositoryState;
  /** Paths that would differ. */
  readonly touched: readonly string[];
  /** Whether what would be proposed is worked out. It asks the registry in the bot's name for whatever the change names. */
  readonly plans: boolean;
  readonly ports: PassPorts;
  readonly options: PassOptions;
}

interface PlannedChanges {
  readonly changes: readonly PlannedChange[];
  readonly more: number;
}

/** More of them are not looked at, nor is longer looked: other work waits. */
const maxPlanned = 20;
const maxMilliseconds = 30_000;

/** Works out what would become of the installations that a change of the configuration concerns. Writes nothing. */
export async function planChanges(input: PlanInput): Promise<PlannedChanges> {
  const { view, after } = input;
  const before = new Map(view.state.installations.map((it) => [it.name, it]));
  const now = new Map(after.installations.map((it) => [it.name, it]));
  const pairs = [...new Set([...before.keys(), ...now.keys()])]
    .map((name) => ({ name, before: before.get(name), after: now.get(name) }))
    .filter((it) => isConcerned(it, input.touched));
  const some = pairs.slice(0, maxPlanned);
  const wanted = some.flatMap((it) => [it.before ?? [], it.after ?? []].flat());
  const listings = input.plans ? listVersions(wanted, input.ports.repositories) : view.listings;
  const end = performance.now() + maxMilliseconds;
  const changes: PlannedChange[] = [];
  let looked = 0;
  for (const pair of some) {
    if (performance.now() > end) break;
    changes.push(...(await planPair(pair, { ...input, listings })));
    looked += 1;
  }
  return { changes, more: pairs.length - looked };
}

interface Pair {
  readonly name: string;
  readonly before: ConfiguredInstallation | undefined;
  readonly after: ConfiguredInstallation | undefined;
}

function isConcerned({ before, after }: Pair, touched: readonly string[]): boolean {
  if (!before || !after || settingsOf(before) !== settingsOf(after)) return true;
  const files = [lockPathOf(after), evidencePathOf(after), after.valuesPath, ...after.verify.flatMap(keysOf)];
  // A set may be made of others.
  const folders = [componentsFolderOf(after), ...(after.manage === 'render' ? renderFolders : [])];
  return touched.some((path) => files.includes(path) || folders.some((it) => path.startsWith(`${it}/`)));
}

/** Templates, and the definitions that what is rendered is held against. */
const renderFolders = [`${configurationFolder}/templates`, `${configurationFolder}/crds`];

/** Where something stands in a file decides nothing. */
const settingsOf = ({ unavailable, ...settings }: ConfiguredInstallation): string =>
  JSON.stringify([settings, unavailable.map(({ setting }) => setting)]);

const keysOf = ({ anyOf }: ConfiguredInstallation['verify'][number]): readonly string[] =>
  anyOf.map((it) => `${configurationFolder}/${fileOf(it)}`);

interface Planning extends PlanInput {
  readonly listings: Listings;
}

async function planPair({ name, before, after }: Pair, input: Planning): Promise<readonly PlannedChange[]> {
  const then = after && (await stepOf(after, input.after, input));
  const now = before && (await stepOf(before, input.view.state, input));
  const isSame = now && then && now.text === then.text;
  if (input.plans && isSame && now.render === then.render) return [];
  const files = input.plans && isSame ? ', with other files' : '';
  return [
    {
      name,
      now: now?.text ?? notConfigured,
      next: then ? `${then.text}${files}` : gone,
      // What was wrong before is not the change's fault.
      ...(then?.wrong && !isSame && { wrong: then.wrong }),
    },
  ];
}

const notConfigured = 'not configured';
const gone = 'not configured any more: the bot leaves its files as they are';

/** What a pass would do. */
interface Step {
  readonly text: string;
  /** What it would render, where it would. */
  readonly render?: string;
  readonly wrong?: Finding;
}

async function stepOf(installation: ConfiguredInstallation, state: RepositoryState, input: Planning): Promise<Step> {
  const { view, plans, listings, ports } = input;
  const options: PassOptions = { ...input.options, mode: 'plan', only: [], anew: false, fresh: false };
  try {
    if (!plans) {
      const { templateSets } = ports;
      await readInputs(installation, state.texts, { templateSets, floor: options.floor });
      return { text: state === view.state ? 'configured' : 'configured otherwise' };
    }
    const result = await reconcileInstallation(installation, { ...view, state, listings }, { ports, options });
    return { text: sayResult(result), ...(result.change && { render: renderDigestOf(result.change.lock) }) };
  } catch (error) {
    return stepOfError(error);
  }
}

/** What the change itself does wrong; a registry that does not answer is nobody's mistake. */
const mistakes = new Set(['configuration', 'template', 'not-available']);

function stepOfError(error: unknown): Step {
  if (error instanceof Refusal) return { text: `held: ${error.message}` };
  if (!(error instanceof Failure)) throw error;
  const { code, message, place, remedy } = error;
  return { text: `held: ${message}`, ...(mistakes.has(code) && { wrong: { message, place, remedy } }) };
}

function sayResult({ installed, outcome }: InstallationResult): string {
  const has = installed ? `${installed.version} is installed` : 'nothing is installed';
  if (outcome.kind === 'failed') return `${has}; held: ${outcome.failure.message}`;
  const { decision } = outcome;
  switch (decision.kind) {
    case 'open':
      return `${has}; proposes ${decision.version}`;
    case 'update':
      return `${has}; proposes ${decision.version} in #${decision.pullRequest}`;
    case 'merge':
      return `${has}; merges ${decision.version} in #${decision.pullRequest}`;
    case 'close':
      return `${has}; closes #${decision.pullRequest}: ${decision.detail}`;
    case 'refuse':
      return `${has}; held, ${decision.because}: ${decision.detail}`;
    case 'leave':
      return decision.because === 'in-sync'
        ? `${has}; nothing to do`
        : `${has}; ${decision.because}: ${decision.detail}`;
  }
}
