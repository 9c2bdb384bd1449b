import { Failure } from '../core/failure.ts';
import type { ConfiguredInstallation } from '../core/installation/installation.ts';
import { type LockFile, parseLockFile } from '../core/installation/lock-file.ts';
import { configurationFolder, lockPathOf } from '../core/installation/places.ts';
import { parseBody } from '../core/pull-request/body.ts';
import type { PullRequest } from '../core/pull-request/pull-request.ts';
import { Refusal } from '../core/trust/reason.ts';
import { markPullRequest } from './act-on-decision.ts';
import { proposalsOf } from './close-twins.ts';
import { listVersions } from './list-versions.ts';
import { findBranch, readRepositoryState } from './observe-repository.ts';
import type { InstallationResult, PassOptions, PassPorts, PassView } from './pass.ts';
import { lookAtPullRequests } from './people/look-at-pull-requests.ts';
import type { Watched } from './people/watched.ts';
import { reconcileInstallation } from './reconcile-installation.ts';
import { readSaid } from './state-branch.ts';

/**
 * Makes one pass over the installations of one applications repository, one after the other; a failure of one does not keep
 * the others from theirs.
 *
 * @throws {Failure} When the repository or its configuration cannot be read: then nothing is known about any installation.
 */
export async function runPass(ports: PassPorts, options: PassOptions): Promise<readonly InstallationResult[]> {
  let observed = await observe(ports, options);
  const chosen = choose(observed.state.installations, options);
  const listings = listVersions(chosen, ports.repositories);
  const results: InstallationResult[] = [];
  let byName = namesOf(observed);
  for (const { name } of chosen) {
    const view = { ...observed, listings };
    const installation = byName.get(name);
    if (!installation) continue;
    const result = await reconcileGuarded(installation, view, { ports, options });
    results.push(result);
    // A merge moved the base branch, on which the next installation's proposal is to lie; so may what came in between.
    const next = (await options.between?.()) ?? 'go-on';
    if (next === 'stop') return results;
    if (next === 'observe-again' || result.pullRequest?.state === 'merged') {
      observed = await observe(ports, { ...options, refs: undefined });
      byName = namesOf(observed);
    }
  }
  if (options.only.length > 0 || options.mode === 'plan') return results;
  const watched = await lookAtOthers({ ...observed, listings }, { ports, options });
  options.onLooked?.(watched);
  return results;
}

/** Pull requests of people come last, and keep nothing from having been done. */
async function lookAtOthers(
  view: PassView,
  { ports, options }: { readonly ports: PassPorts; readonly options: PassOptions },
): Promise<readonly Watched[]> {
  try {
    return await lookAtPullRequests({ view, ports, options });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { code, message } = error;
    ports.log.warn('pull-requests.failed', { repository: options.repository, code, error: message });
    return [];
  }
}

const namesOf = ({ state }: Pick<PassView, 'state'>) => new Map(state.installations.map((it) => [it.name, it]));

/** Reads what all installations share: the base branch with its configuration, all branches, the open pull requests. */
export async function observe(
  { forge }: Pick<PassPorts, 'forge'>,
  options: Pick<PassOptions, 'branch' | 'read' | 'refs'>,
): Promise<Omit<PassView, 'listings'>> {
  const conversation = Promise.all([forge.people.self(), forge.pullRequests.listAllOpen()]);
  // What keeps git from answering tells people more, so that it goes first.
  conversation.catch(() => undefined);
  const refs = options.refs ?? (await forge.content.readRefs());
  const base = findBranch(refs, options.branch, forge.content.name);
  const state = await readRepositoryState(forge.content, base, options.read);
  const said = await readSaid(forge.content, refs);
  const [self, { ours: pullRequests, others }] = await conversation;
  return { state, refs, said, self, pullRequests, others };
}

function choose(
  installations: readonly ConfiguredInstallation[],
  { only, missing }: PassOptions,
): readonly ConfiguredInstallation[] {
  if (missing !== 'skip') return chooseInstallations(installations, only);
  return installations.filter(({ name }) => only.includes(name));
}

/** @throws {Failure} `usage` when a name is not configured, naming those that are. */
export function chooseInstallations(
  installations: readonly ConfiguredInstallation[],
  only: readonly string[],
): readonly ConfiguredInstallation[] {
  const names = installations.map(({ name }) => name);
  const unknown = only.filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    throw new Failure('usage', `There is no installation ${unknown.join(', ')}.`, {
      remedy: `Configured are ${names.slice(0, 20).join(', ')}${names.length > 20 ? ', …' : ''}.`,
    });
  }
  return only.length === 0 ? installations : installations.filter(({ name }) => only.includes(name));
}

async function reconcileGuarded(
  installation: ConfiguredInstallation,
  view: PassView,
  world: { readonly ports: PassPorts; readonly options: PassOptions },
): Promise<InstallationResult> {
  try {
    return await reconcileInstallation(installation, view, world);
  } catch (error) {
    const failure = asFailure(error, installation);
    const bug = failure.code === 'internal' && error instanceof Error ? { stack: error.stack } : {};
    world.ports.log.warn('installation.failed', { installation: installation.name, code: failure.code, ...bug });
    await recordFailure(installation, failure, world);
    const [open] = proposalsOf(installation, view.pullRequests);
    return {
      installation,
      installed: findInstalled(installation, view),
      selection: undefined,
      evidence: undefined,
      files: undefined,
      change: undefined,
      outcome: { kind: 'failed', failure },
      pullRequest: open && (await markUnjudged(open, failure, world)),
    };
  }
}

/**
 * What a mistake in the repository's own configuration keeps from being judged is not to be merged meanwhile: it may be the key
 * that is gone.
 */
async function markUnjudged(
  open: PullRequest,
  { code, place, message, remedy = '' }: Failure,
  { ports, options }: { readonly ports: PassPorts; readonly options: PassOptions },
): Promise<PullRequest> {
  const concerns = code === 'configuration' && place?.file.startsWith(`${configurationFolder}/`);
  const said = parseBody(open.body);
  if (!concerns || !said || said.refused || options.mode === 'plan') return open;
  try {
    return await markPullRequest({ ports, options }, { detail: `${message} ${remedy}`, reasons: [] }, open.number);
  } catch (error) {
    // The failure itself is what people are to see; the next pass tries again.
    if (error instanceof Failure) return open;
    throw error;
  }
}

async function recordFailure(
  { name }: ConfiguredInstallation,
  { code, message, remedy }: Failure,
  { ports, options }: { readonly ports: PassPorts; readonly options: PassOptions },
): Promise<void> {
  if (options.mode === 'plan') return;
  const { repository } = options;
  const at = ports.clock.now();
  const detail = { message, remedy };
  await ports.store.recordDecision({ repository, installation: name, kind: 'fail', because: code, detail, at });
}

/** What git knows is told even where the rest failed. */
function findInstalled(installation: ConfiguredInstallation, { state }: PassView): LockFile | undefined {
  const path = lockPathOf(installation);
  try {
    return parseLockFile(state.texts.get(path) ?? '', path);
  } catch {
    return undefined;
  }
}

/** What is neither a Failure nor a Refusal is a bug: it fails this installation, and the others go on. */
function asFailure(error: unknown, { registry }: ConfiguredInstallation): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof Refusal)
    return new Failure('content', `What stands for the registry ${registry.url} cannot be read: ${error.message}.`, {
      remedy: 'Replicate the components anew.',
      cause: error,
    });
  const what = error instanceof Error ? error.message : String(error);
  return new Failure('internal', `Consignee has a bug: ${what}`, {
    remedy: 'Please report it with the log line that holds its stack.',
    cause: error,
  });
}
