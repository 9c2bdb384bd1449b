import { findEdited } from '../core/drift/compare.ts';
import { Failure } from '../core/failure.ts';
import { decide } from '../core/installation/decide.ts';
import type { Branch, Decision, Observation } from '../core/installation/decision.ts';
import type { ConfiguredInstallation, Installation } from '../core/installation/installation.ts';
import { type LockFile, ownFiles } from '../core/installation/lock-file.ts';
import { branchOf, lockPathOf } from '../core/installation/places.ts';
import { parseBody } from '../core/pull-request/body.ts';
import { holdLabel } from '../core/pull-request/labels.ts';
import type { PullRequest } from '../core/pull-request/pull-request.ts';
import type { Commit } from '../core/repository/commit.ts';
import { adopterOf } from '../core/state/adoptions.ts';
import { activeHolds } from '../core/state/holds.ts';
import type { Reason } from '../core/trust/reason.ts';
import type { TagListing } from '../ports/component-repository.ts';
import type { RepositoryContent } from '../ports/repository-content.ts';
import type { FirstSeen } from '../ports/store.ts';
import { actOnDecision, markPullRequest } from './act-on-decision.ts';
import { wasBroughtBack } from './brought-back.ts';
import { closeTwins, proposalsOf } from './close-twins.ts';
import { findReplaced } from './find-replaced.ts';
import { findSetAside } from './find-set-aside.ts';
import { inspectBranch } from './inspect-branch.ts';
import { isRenderOfItsLock } from './is-render-of-its-lock.ts';
import { judgeProposal } from './judge-proposal.ts';
import type { InstallationResult, PassOptions, PassPorts, PassView, ProposedChange } from './pass.ts';
import { observePin } from './pin/observe-pin.ts';
import { type Prepared, prepareProposal } from './prepare-proposal.ts';
import { readInstalled } from './read-installed.ts';
import { readLockAt } from './read-lock.ts';
import { readWaiting } from './read-waiting.ts';
import { reportChecks } from './report-checks.ts';
import type { Said } from './state-branch.ts';
import { recordListing, type Survey, surveyRegistry } from './survey-registry.ts';

interface World {
  readonly ports: PassPorts;
  readonly options: PassOptions;
}

/** Brings one installation a step nearer to what is wanted: observes, decides, acts, records. Safe to run again. */
export async function reconcileInstallation(
  installation: ConfiguredInstallation,
  view: PassView,
  world: World,
): Promise<InstallationResult> {
  refuseUnavailable(installation);
  const { ports, options } = world;
  const now = ports.clock.now();
  const observed = await observeInstallation(installation, view, { ...world, now });
  const { installed, survey, prepared } = observed;
  const { branch, pullRequest: open } = observed.observation;
  const readNow = () => readWaiting({ ...observed, installation, change: prepared.change, view, ...world });
  const waitingFor = await readNow();
  const decision = decide({ ...observed.observation, waitingFor });
  const { evidence, files, change } = prepared;
  const result = { installation, installed, selection: survey.selection, evidence, files, change };
  const because = 'because' in decision ? { because: decision.because } : {};
  ports.log.info('installation.decided', { installation: installation.name, decision: decision.kind, ...because });
  if (options.mode === 'plan') return { ...result, outcome: { kind: 'decided', decision }, pullRequest: open };

  const { selection } = survey;
  const refused = decision.kind === 'refuse' && selection.kind === 'candidate';
  const { registries } = ports.store;
  const { listing, seen } = observed;
  await recordListing({ installation, installed: installed?.version, listing, seen, registries, now, refused });
  await closeTwins(installation, view.pullRequests, world);
  const base = view.state.commit;
  const pullRequest = await actOnDecision({
    decision,
    installation,
    base,
    branch,
    selection,
    evidence,
    change,
    pullRequest: open,
    said: view.said.tip,
    installed,
    readWaiting: readNow,
    ...world,
  });
  await recordDecision(result, decision, { ...world, now });
  const { fallen } = observed;
  const marked = pullRequest && (await markFallen(pullRequest, decision, { ...world, fallen }));
  if (marked) await reportChecks({ decision, pullRequest: marked, branch, fallen, waitingFor, ...world });
  return { ...result, outcome: { kind: 'decided', decision }, pullRequest: marked };
}

/** What is proposed may have lost its proof while the bot looks at something else. */
async function markFallen(
  pullRequest: PullRequest,
  decision: Decision,
  { ports, options, fallen }: World & { readonly fallen: readonly Reason[] },
): Promise<PullRequest> {
  const waits = decision.kind === 'leave' || (decision.kind === 'refuse' && decision.mark === undefined);
  const said = parseBody(pullRequest.body);
  if (fallen.length === 0 || !waits || !said || said.refused) return pullRequest;
  const detail = `${said.version} is not proved whole and signed any more.`;
  return markPullRequest({ ports, options }, { detail, reasons: fallen }, pullRequest.number);
}

interface Observed {
  readonly installed: LockFile | undefined;
  readonly listing: TagListing;
  /** Tags as remembered before this pass. */
  readonly seen: ReadonlyMap<string, FirstSeen>;
  readonly survey: Survey;
  readonly prepared: Prepared;
  /** Why what the open pull request proposes is not proved now, where the decision is about something else. */
  readonly fallen: readonly Reason[];
  readonly said: Said;
  readonly observation: Observation;
}

const nothingPrepared: Prepared = { proposal: { kind: 'none' } };

async function observeInstallation(
  installation: Installation,
  view: PassView,
  { ports, options, now }: World & { readonly now: Date },
): Promise<Observed> {
  const { state, pullRequests } = view;
  const { content } = ports.forge;
  const said = view.said.of(installation);
  const installed = readInstalled(state, installation);
  const version = installed?.version;
  const registry = installation.registry.url;
  const { listing, repository } = await view.listings.of(installation);
  const { registries } = ports.store;
  const seen = await registries.firstSeen(registry, installation.component);
  const lookup = { repository, listing, registries, now, record: options.mode === 'run', anew: options.anew };
  const open = findOpen(installation, pullRequests, options.branch);
  const survey = await surveyRegistry({
    installation,
    installed: version,
    proposed: open && (await agreedProposal(content, open, lockPathOf(installation))),
    listing,
    seen,
    now,
    findSetAside: () =>
      findSetAside({
        installation,
        installed: version,
        base: state.commit,
        forge: ports.forge,
        self: view.self,
        skips: said.skips,
      }),
  });
  const { selection, vanished } = survey;
  const edited = findEdited(state.tree, ownFiles(installation, installed));
  const replaced = installed ? await findReplaced(installation, installed, lookup) : [];
  const { otherwise: pinned, floats } = await observePin({ installation, installed, selection, state, content });
  const alarmed = vanished.length > 0 || replaced.length > 0 || pinned !== undefined;
  const prepared = alarmed
    ? nothingPrepared
    : await prepareProposal({ installation, installed, selection, lookup, open, floats, view, ports, options });
  const isAbout =
    !alarmed && selection.kind === 'candidate' && open && parseBody(open.body)?.version === selection.version;
  const fallen =
    open && !isAbout
      ? await judgeProposal({ installation, installed, pullRequest: open, texts: state.texts, lookup, ports, options })
      : [];
  const { proposal, change } = prepared;
  const branch = await lookAtBranch({ installation, change, open, view, ports, options });
  const { component, merge } = installation;
  const facts = { component, registry, merge, installed: version, selection, vanished, replaced, edited, pinned };
  const adoptedBy = 'head' in branch ? adopterOf(said.adoptions, branch.head) : undefined;
  const held = describeHold(said, open, now);
  const observation = { ...facts, proposal, branch, pullRequest: open, held, adoptedBy, waitingFor: [] };
  return { installed, listing, seen, survey, prepared, fallen, said, observation };
}

/** Somebody holds it by a command, or by a label on the pull request. */
function describeHold({ holds }: Said, open: PullRequest | undefined, now: Date): string | undefined {
  const [hold] = activeHolds(holds, now);
  if (hold) {
    const until = hold.until ? ` until ${hold.until.toISOString()}` : '';
    return `${hold.by.name} holds it${until}${hold.reason === undefined ? '' : ` (${hold.reason})`}.`;
  }
  return open?.labels.includes(holdLabel) ? `Pull request #${open.number} has the label ${holdLabel}.` : undefined;
}

function refuseUnavailable({ name, unavailable }: ConfiguredInstallation): void {
  const [first, ...others] = unavailable;
  if (!first) return;
  throw new Failure('not-available', `${name} uses "${first.setting}". ${first.message}`, {
    place: first.place,
    findings: others.map(({ setting, message, place }) => ({ place, message: `"${setting}": ${message}` })),
    remedy:
      'Remove the setting until a later version of Consignee supports it; the other installations are not affected.',
  });
}

/** @returns What text and lock file of a proposal both say; where somebody rewrote one of them, nothing is concluded from either. */
async function agreedProposal(content: RepositoryContent, { headSha, body }: PullRequest, lockPath: string) {
  const said = parseBody(body)?.version;
  const locked = headSha && (await readLockAt(content, headSha, lockPath))?.version;
  return said === locked ? said : undefined;
}

/** @throws {Failure} `forge-conflict` when somebody retargeted it: where it goes then is not what was configured. */
function findOpen(installation: Installation, all: readonly PullRequest[], base: string): PullRequest | undefined {
  const proposals = proposalsOf(installation, all);
  const elsewhere = proposals.find((it) => it.base !== base);
  if (!elsewhere) return proposals[0];
  const { number } = elsewhere;
  throw new Failure('forge-conflict', `Pull request #${number} goes into ${elsewhere.base} instead of ${base}.`, {
    remedy: 'Somebody retargeted it. Set it back, or close it.',
  });
}

interface LookInput {
  readonly installation: Installation;
  readonly change: ProposedChange | undefined;
  readonly open: PullRequest | undefined;
  readonly view: PassView;
  readonly ports: PassPorts;
  readonly options: PassOptions;
}

async function lookAtBranch({ installation, change, open, view, ports, options }: LookInput): Promise<Branch> {
  const name = branchOf(installation);
  const { content, comments } = ports.forge;
  const head = view.refs.get(`refs/heads/${name}`);
  if (!head && open && change && (await wasBroughtBack(open, change.lock.version, { comments, self: view.self })))
    return { kind: 'deleted' };
  return inspectBranch({
    content,
    base: view.state.commit,
    head,
    wanted: change?.tree,
    recorded: await ports.store.recordedCommits(options.repository, name),
    isRender: (commit) => recogniseCommit(commit, { name, installation, ports, options }),
  });
}

type Recognising = Pick<LookInput, 'installation' | 'ports' | 'options'> & { readonly name: string };

/** What was recognised once is recorded: finding it out takes all of the component version. */
async function recogniseCommit(commit: Commit, { name, installation, ports, options }: Recognising): Promise<boolean> {
  if (!(await isRenderOfItsLock(commit, { name: installation.name, ports, options }))) return false;
  if (options.mode === 'run') await ports.store.recordCommit(options.repository, name, commit.sha, ports.clock.now());
  return true;
}

async function recordDecision(
  {
    installation,
    installed,
    selection,
    evidence,
  }: Pick<InstallationResult, 'installation' | 'installed' | 'selection' | 'evidence'>,
  decision: Decision,
  { ports, options, now }: World & { readonly now: Date },
): Promise<void> {
  await ports.store.recordDecision({
    repository: options.repository,
    installation: installation.name,
    kind: decision.kind,
    because: 'because' in decision ? decision.because : undefined,
    detail: { decision, installed: installed?.version, selection, evidence },
    at: now,
  });
}
