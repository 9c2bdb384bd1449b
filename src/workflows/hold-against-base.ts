import type { Digest } from '../core/digest.ts';
import type { Comparison } from '../core/drift/compare.ts';
import type { FileConflict } from '../core/drift/file-outcome.ts';
import type { Proposal } from '../core/installation/decision.ts';
import type { Installation } from '../core/installation/installation.ts';
import { type LockFile, renderDigestOf } from '../core/installation/lock-file.ts';
import { branchOf, copiesFolderOf, evidencePathOf, lockPathOf } from '../core/installation/places.ts';
import { parseBody } from '../core/pull-request/body.ts';
import { digestOfConflicts } from '../core/pull-request/describe-edits.ts';
import type { PullRequest } from '../core/pull-request/pull-request.ts';
import type { FileSet } from '../core/repository/commit.ts';
import type { Evidence } from '../core/trust/evidence.ts';
import type { Selection } from '../core/version/select-version.ts';
import { noteOnBroughtBack } from './brought-back.ts';
import { compareWithBase } from './compare-with-base.ts';
import { findDeclaredElsewhere } from './find-declared-elsewhere.ts';
import { describes } from './find-known.ts';
import { findDecidedAgainst } from './find-set-aside.ts';
import { loadBodyTemplate } from './load-body-template.ts';
import { noteOnFlux } from './note-on-flux.ts';
import type { PassPorts, PassView, ProposedChange } from './pass.ts';
import type { RenderedInstallation } from './render-installation.ts';

type Candidate = Extract<Selection, { kind: 'candidate' }>;

interface HoldInput {
  readonly installation: Installation;
  readonly installed: LockFile | undefined;
  /** The open pull request of the installation. */
  readonly open: PullRequest | undefined;
  readonly view: PassView;
  readonly ports: Pick<PassPorts, 'forge' | 'templateSets'>;
}

interface Held {
  readonly rendered: RenderedInstallation;
  readonly evidence: Evidence;
  readonly difference: ProposedChange['difference'];
}

interface HeldAgainst {
  readonly proposal: Proposal;
  /** What is to be there, with what people changed. */
  readonly files: FileSet;
  /** Nothing where there is nothing to write, or a conflict keeps it from being written. */
  readonly change?: ProposedChange;
}

/** Holds what was rendered against the base branch, and merges it with what people changed there. */
export async function holdAgainstBase(input: HoldInput, candidate: Candidate, held: Held): Promise<HeldAgainst> {
  const { installation, installed, open, view, ports } = input;
  const { rendered } = held;
  const { state } = view;
  const { content } = ports.forge;
  const compared = await compareWithBase({ installation, installed, rendered, state, content });
  const { changes, occupied, conflicts } = compared;
  const files = new Map([...compared.files, ...rendered.beside]);
  const isOther = installed?.version !== candidate.version || conflicts.length > 0;
  const differs = isOther || changes.some(({ path }) => !isBookkeeping(installation, path));
  const found = { kind: 'rendered', differs, occupied, conflicts, unmarked: isUnmarked(open, conflicts) } as const;
  if (!differs) return { files, proposal: { ...found, declaredElsewhere: [], setAside: undefined, described: true } };

  const render = renderDigestOf(rendered.lock);
  const ended = await ports.forge.pullRequests.listEnded(branchOf(installation));
  const same = ended.filter((it) => {
    const said = parseBody(it.body);
    return said?.render === render && said.version === candidate.version;
  });
  const setAside = findDecidedAgainst(same, view.self);
  const declaredElsewhere = await findDeclaredElsewhere({
    installation,
    files: compared.files,
    tree: state.tree,
    content,
  });
  const described = describes(open, candidate, render);
  const proposal: Proposal = { ...found, declaredElsewhere, setAside, described };
  if (conflicts.length > 0) return { files, proposal };
  return { files, proposal, change: await makeChange(input, candidate, { ...held, compared, render, ended }) };
}

/** Whether people may still take the open pull request for one that can be merged, or resolve what is resolved already. */
function isUnmarked(open: PullRequest | undefined, conflicts: readonly FileConflict[]): boolean {
  const said = open && parseBody(open.body);
  return said !== undefined && conflicts.length > 0 && said.conflict !== digestOfConflicts(conflicts);
}

/** A lock that only says the same anew is not worth a pull request. */
function isBookkeeping(installation: Installation, path: string): boolean {
  const isCopy = path.startsWith(`${copiesFolderOf(installation)}/`);
  return isCopy || path === lockPathOf(installation) || path === evidencePathOf(installation);
}

interface Making extends Held {
  readonly compared: Comparison;
  readonly render: Digest;
  /** Pull requests of the installation. */
  readonly ended: readonly PullRequest[];
}

async function makeChange(
  input: HoldInput,
  candidate: Candidate,
  { rendered, evidence, compared, render, ended, difference }: Making,
): Promise<ProposedChange> {
  const { installation, installed, open, view, ports } = input;
  const { changes, kept } = compared;
  const { content, writer } = ports.forge;
  const { commit } = view.state;
  const tree = await writer.writeTree(commit, changes);
  const [diff, flux] = await Promise.all([
    content.diff(commit, tree),
    noteOnFlux(installation, view.state.tree, content),
  ]);
  return {
    lock: rendered.lock,
    changes,
    tree,
    difference,
    content: {
      environment: installation.environment,
      application: installation.application,
      installed: installed?.version,
      version: candidate.version,
      evidence,
      render,
      supersedes: supersededBy(candidate, open),
      between: candidate.between,
      skipped: candidate.skipped,
      diff,
      valuesAdded: rendered.valuesAdded,
      kept,
      notes: [...noteOnBroughtBack(ended, candidate.version), ...noteWarnings(evidence), ...rendered.notes, ...flux],
      gates: installation,
      template: await loadBodyTemplate(view.state.texts, ports.templateSets),
      commands: ports.forge.checks ? 'comments' : 'command-line',
    },
  };
}

function noteWarnings({ warnings }: Evidence): readonly string[] {
  return warnings.map(({ where, message }) => `${where}: ${message}.`);
}

/** What the open pull request proposed before, when that was another version. */
function supersededBy({ version }: Candidate, open: PullRequest | undefined) {
  const said = open && parseBody(open.body);
  if (!said) return [];
  const before = said.version === version ? said.supersedes : [...said.supersedes, said.version];
  return [...new Set(before)].filter((it) => it !== version);
}
