import type { ConfiguredInstallation, Installation } from '../../core/installation/installation.ts';
import type { LockFile } from '../../core/installation/lock-file.ts';
import { componentsFolderOf, configurationFolder, evidencePathOf, lockPathOf } from '../../core/installation/places.ts';
import type { Commit, CommitSha, Tree } from '../../core/repository/commit.ts';
import type { Reason } from '../../core/trust/reason.ts';
import { policyDigestOf } from '../../core/trust/trust-policy.ts';
import { verifyComponentVersion } from '../../core/trust/verify.ts';
import { findReasonsAgainst, type RenderedAgain } from '../is-render-of-its-lock.ts';
import { findBranch, readRepositoryState } from '../observe-repository.ts';
import { readInputs } from '../read-inputs.ts';
import { readLockAt } from '../read-lock.ts';
import { chooseInstallations } from '../run-pass.ts';
import { findAhead } from './find-ahead.ts';
import { findPinDifferences } from './find-pin-differences.ts';
import { judgeCommit } from './judge-commit.ts';
import { judgeAbsent, judgeUnreadable } from './judge-without-lock.ts';
import { renderAgain } from './render-again.ts';
import {
  compareTrees,
  findEdit,
  findLockDifferences,
  joinDifferences,
  lockedTree,
  pick,
  type RenderDifference,
  readLockText,
  treeOf,
} from './render-differences.ts';
import { resolveCommit } from './resolve-commit.ts';
import type { Attempt, Locked, VerifiedRender, VerifyAt, VerifyView, VerifyWorld } from './verified-render.ts';

interface VerifyRenderInput {
  /** Installations to verify (`environment/application`); empty for all. */
  readonly only: readonly string[];
  /** A branch, or the id of a commit; `undefined` for the tip of the base branch. */
  readonly revision: string | undefined;
  /** Whether a branch is within reach: of a forge, not all of them are fetched. */
  readonly isRead: (branch: string) => boolean;
}

/**
 * Verifies that a commit of the applications repository has, byte for byte, what Consignee renders: each component version is
 * collected and proved afresh, and rendered again from the inputs that its lock file was rendered from. Writes nothing that others
 * can see.
 *
 * @throws {Failure} `usage` for an installation or a commit that is not there; `configuration` as the repository's own at that commit;
 *   and when repository or registry cannot be reached.
 */
export async function verifyRender(
  { only, revision, isRead }: VerifyRenderInput,
  world: VerifyWorld,
): Promise<{ readonly commit: CommitSha; readonly installations: readonly VerifiedRender[] }> {
  const { content } = world.ports.forge;
  const refs = await content.readRefs();
  const { branch } = world.options;
  const base = findBranch(refs, branch, content.name);
  // The base branch itself may have a name like the beginning of an id.
  const [tip] = revision === undefined ? await content.readCommits({ to: base, limit: 1 }) : [];
  const commit = tip ?? (await resolveCommit(revision ?? branch, { refs, base, content, isRead }));
  const state = await readRepositoryState(content, commit.sha, world.options.read);
  const chosen = chooseInstallations(state.installations, only);
  const at = { commit, base, state };
  const isMerged = await content.isAncestor(commit.sha, base);
  const view = isMerged ? at : { ...at, ahead: await findAhead(at, world) };
  const installations: VerifiedRender[] = [];
  for (const installation of chosen) installations.push(await verifyInstallation(installation, view, world));
  return { commit: commit.sha, installations };
}

async function verifyInstallation(
  installation: ConfiguredInstallation,
  view: VerifyView,
  world: VerifyWorld,
): Promise<VerifiedRender> {
  const { state } = view;
  const path = lockPathOf(installation);
  const text = state.texts.get(path);
  if (text === undefined) return judgeAbsent(installation, { view, world });
  const lock = readLockText(text, path);
  if ('what' in lock) return judgeUnreadable(lock, installation, { view, world });

  const attempt = await renderAgain({ installation, lock, text }, view, world);
  const reasons = await findReasons({ installation, lock }, attempt, { view, world });
  const { differences, compared } = await findDifferences({ installation, lock }, attempt, { view, world });
  const judged = await judgeOrigin(lock, attempt, { view, world });
  const all = [...differences, ...judged.differences];
  const result = reasons.length > 0 ? 'refused' : all.length > 0 ? 'differs' : 'reproduced';
  const notes = [
    ...(await noteOnInputs({ installation, lock }, attempt, { view, world })),
    ...noteEdited(attempt),
    ...noteUnlisted({ installation, lock }, attempt, state.tree),
    ...judged.notes,
  ];
  const origin = attempt.origin.sha;
  return { installation, version: lock.version, result, differences: all, reasons, notes, origin, compared };
}

async function judgeOrigin(lock: LockFile, { origin, onto }: Attempt, { view, world }: VerifyAt) {
  const { content } = world.ports.forge;
  const merged = !view.ahead || (await content.isAncestor(origin.sha, view.base));
  return judgeCommit({ lock, origin, onto, merged, content });
}

/**
 * Judges by the trust policy of the commit that is verified, whatever held when it was rendered; what the base branch does not have is
 * judged by its tip, as it is to go there.
 */
async function findReasons(
  { installation, lock }: Locked,
  { again }: Attempt,
  { view, world }: VerifyAt,
): Promise<readonly Reason[]> {
  if (!again || again.kind === 'refused') return again?.reasons ?? [];
  const { ports, options } = world;
  const state = view.ahead ? await readRepositoryState(ports.forge.content, view.base, options.read) : view.state;
  const there = view.ahead ? state.installations.find(({ name }) => name === installation.name) : installation;
  if (!there) {
    const message = `the tip of ${options.branch} does not configure it`;
    return [{ code: 'no-trust-anchor', message, where: installation.name }];
  }
  const { policy } = await readInputs(there, state.texts, { ...options, templateSets: ports.templateSets });
  const installed = !view.ahead || (await isInstalledAt(view.base, { installation, lock }, world));
  if (installed && policyDigestOf(policy) === policyDigestOf(again.inputs.policy)) return [];
  const occasion = { now: ports.clock.now(), installed };
  return findReasonsAgainst(lock, await verifyComponentVersion(again.collected, policy, occasion));
}

/** What a proposal leaves alone counts as installed: a key that was retired since still admits it. */
async function isInstalledAt(base: CommitSha, { installation, lock }: Locked, world: VerifyWorld): Promise<boolean> {
  const there = await readLockAt(world.ports.forge.content, base, lockPathOf(installation));
  return there?.version === lock.version && there.digest.value === lock.digest.value;
}

interface Compared {
  readonly differences: readonly RenderDifference[];
  readonly compared: number;
}

async function findDifferences(locked: Locked, attempt: Attempt, { view, world }: VerifyAt): Promise<Compared> {
  const { installation, lock } = locked;
  const { content } = world.ports.forge;
  const { again, origin, trouble } = attempt;
  const own =
    again?.kind === 'rendered'
      ? wantedOf(again, installation, origin)
      : lockedTree({ installation, lock }, view.state.tree);
  const whole = again?.kind === 'rendered' ? await wantedTree(attempt, { view, world }) : undefined;
  // What the base branch has of the installation may have been edited there.
  const wanted = whole ? new Map([...whole, ...own]) : own;
  const listed = lock.files.map(({ path }) => path);
  const found = whole ? view.state.tree : pick(view.state.tree, new Set([...own.keys(), ...listed]));
  const rendered = await content.readTree(origin.sha);
  const since = { commit: view.commit, origin, rendered, wanted, content };
  const files = await Promise.all(compareTrees(wanted, found, installation).map((it) => findEdit(it, since)));
  const inLock = again?.kind === 'rendered' ? findLockDifferences(lock, again, installation) : [];
  const elsewhere = await findElsewhere(installation, attempt, { view, world });
  const inPin = await findPinDifferences(locked, attempt, { view, world });
  const differences = joinDifferences([...files, ...inPin, ...inLock, ...elsewhere, ...(trouble ? [trouble] : [])]);
  return { differences, compared: own.size };
}

/** What Consignee writes lies on the base branch: elsewhere anybody may have put keys and templates of their own before it. */
async function findElsewhere(
  installation: Installation,
  { onto }: Attempt,
  { view, world: { ports, options } }: VerifyAt,
): Promise<readonly RenderDifference[]> {
  if (await ports.forge.content.isAncestor(onto, view.base)) return [];
  const detail = `was written onto ${onto.slice(0, 10)}, which ${options.branch} does not have`;
  return [{ path: lockPathOf(installation), what: 'lock', detail }];
}

/** @returns Everything that belongs to the installation, as rendering gives it with what people had changed before. */
function wantedOf(
  { rendered, compared }: Extract<RenderedAgain, { kind: 'rendered' }>,
  installation: Installation,
  { sha }: Commit,
): Tree {
  const beside = [lockPathOf(installation), evidencePathOf(installation)];
  return new Map([
    ...compared.tree,
    ...treeOf(new Map([...rendered.beside].filter(([path]) => beside.includes(path))), sha),
  ]);
}

/**
 * @returns The whole tree that the commit must have: nothing else may come with it. `undefined` on the base branch, where people's
 *   commits are between, but for the commit that brought a proposal there.
 */
async function wantedTree({ again, origin, onto }: Attempt, { view, world }: VerifyAt): Promise<Tree | undefined> {
  const { content, writer } = world.ports.forge;
  const { commit, ahead } = view;
  if (ahead) return ahead.wanted;
  const isProposal = origin.sha === commit.sha && commit.parents.length === 1;
  return isProposal && again?.kind === 'rendered'
    ? content.readTree(await writer.writeTree(onto, again.compared.changes))
    : undefined;
}

async function noteOnInputs(
  { installation, lock }: Locked,
  { again, onto }: Attempt,
  { view: { state }, world }: VerifyAt,
): Promise<readonly string[]> {
  const { ports, options } = world;
  if (again?.inputs.digest !== lock.inputs) return [];
  const { digest } = await readInputs(installation, state.texts, { ...options, templateSets: ports.templateSets });
  if (digest === lock.inputs) return [];
  const then = await readRepositoryState(ports.forge.content, onto, options.read);
  const isInput = (path: string) => !path.startsWith(`${configurationFolder}/lock/`);
  const paths = [...new Set([...then.texts.keys(), ...state.texts.keys()])].filter(isInput).sort();
  const changed = paths.filter((path) => then.texts.get(path) !== state.texts.get(path));
  return [
    `It was rendered from other inputs than this commit has; changed since: ${changed.join(', ')}. "consignee run" proposes it anew.`,
  ];
}

/** A proposal keeps whatever people had made of a file: it reproduces with that, and proves nothing about it. */
function noteEdited({ again }: Attempt): readonly string[] {
  const kept = again?.kind === 'rendered' ? again.compared.kept : [];
  const files = kept.map(({ path, state, movedFrom }) => {
    const from = movedFrom === undefined ? '' : ` (moved from ${movedFrom})`;
    return `${path}${state === 'removed' ? ' (removed)' : from}`;
  });
  if (files.length === 0) return [];
  return [`Changed by people before it was proposed, and verified only to be as they left it: ${files.join(', ')}.`];
}

/** Nothing says whose these are: people may add files of their own. */
function noteUnlisted({ installation, lock }: Locked, { again }: Attempt, tree: Tree): readonly string[] {
  const moved = again?.kind === 'rendered' ? again.compared.tree.keys() : [];
  const listed = new Set([...lock.files.map(({ path }) => path), ...moved]);
  const folder = `${componentsFolderOf(installation)}/`;
  const unlisted = [...tree.keys()].filter((path) => path.startsWith(folder) && !listed.has(path));
  return unlisted.length === 0 ? [] : [`Not listed in the lock file, and not verified: ${unlisted.join(', ')}.`];
}
