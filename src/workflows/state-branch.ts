import { Failure } from '../core/failure.ts';
import { type CommitSha, emptyTreeLike, type FileChange, type Person } from '../core/repository/commit.ts';
import { type Adoption, parseAdoptions, printAdoptions } from '../core/state/adoptions.ts';
import { type Approval, parseApprovals, printApprovals } from '../core/state/approvals.ts';
import { type Hold, parseHolds, printHolds } from '../core/state/holds.ts';
import { type StateKind, type StateOwner, stateBranch, stateKinds, statePathOf } from '../core/state/places.ts';
import { parseSkips, printSkips, type Skip } from '../core/state/skips.ts';
import type { Clock } from '../ports/clock.ts';
import type { Forge } from '../ports/forge.ts';
import type { RepositoryContent } from '../ports/repository-content.ts';
import { readTextsStrictly } from './observe-repository.ts';

/** What people decided about one installation by commands. */
export interface Said {
  readonly holds: readonly Hold[];
  readonly skips: readonly Skip[];
  readonly approvals: readonly Approval[];
  readonly adoptions: readonly Adoption[];
}

/** What people decided about all installations, as the branch `consignee/state` had it at one moment. */
export interface SaidByPeople {
  /** `undefined` before the first command. */
  readonly tip: CommitSha | undefined;
  /** @throws {Failure} `configuration` when a file of the installation cannot be read: nothing may go on as if it were empty. */
  of(owner: StateOwner): Said;
}

type Refs = ReadonlyMap<string, CommitSha>;

const stateRef = `refs/heads/${stateBranch}`;
/** Each round somebody else came first, so among ten writers each gets through. */
const attempts = 10;

/** Reads the branch from what is fetched already. */
export async function readSaid(content: RepositoryContent, refs: Refs): Promise<SaidByPeople> {
  const tip = refs.get(stateRef);
  if (!tip) return { tip, of: () => ({ holds: [], skips: [], approvals: [], adoptions: [] }) };
  const tree = await content.readTree(tip);
  const { texts, unreadable } = await readTextsStrictly(content, tree, [...tree.keys()]);
  const textOf = (kind: StateKind, owner: StateOwner): string | undefined => {
    const path = statePathOf(kind, owner);
    if (unreadable.includes(path)) throw unreadableFile(path);
    return texts.get(path);
  };
  return { tip, of: (owner) => parse(owner, (kind) => textOf(kind, owner)) };
}

function parse(owner: StateOwner, textOf: (kind: StateKind) => string | undefined): Said {
  const read = <Entry>(kind: StateKind, parseFile: (owner: StateOwner, text: string) => readonly Entry[]) => {
    const text = textOf(kind);
    return text === undefined ? [] : parseFile(owner, text);
  };
  return {
    holds: read('holds', parseHolds),
    skips: read('skips', parseSkips),
    approvals: read('approvals', parseApprovals),
    adoptions: read('adoptions', parseAdoptions),
  };
}

interface ChangeInput {
  readonly forge: Pick<Forge, 'content' | 'writer'>;
  readonly owner: StateOwner;
  /** Decides on what is there now; called again when somebody else came first. Must be safe to repeat. */
  readonly change: (said: Said) => Said;
  /** First line of the commit. */
  readonly message: string;
  readonly by: Person;
  readonly clock: Clock;
}

/**
 * Changes what is said about one installation, by one commit on the branch. Nothing is written when nothing differs.
 *
 * @returns What holds afterwards.
 * @throws {Failure} `forge-conflict` when others came first again and again.
 */
export async function changeSaid({ forge, owner, change, message, by, clock }: ChangeInput): Promise<Said> {
  const { content, writer } = forge;
  for (let round = 1; round <= attempts; round++) {
    const refs = await content.readRefs();
    const said = await readSaid(content, refs);
    const before = said.of(owner);
    const after = change(before);
    const changes = changesBetween(owner, before, after);
    if (changes.length === 0) return after;
    const to = await writer.writeCommit({
      tree: await writer.writeTree(said.tip ?? emptyTreeLike([...refs.values()][0] ?? ''), changes),
      parents: said.tip ? [said.tip] : [],
      message: `${message}\n`,
      author: by,
      at: clock.now(),
    });
    if ((await writer.push([{ ref: stateRef, expect: said.tip, to }])) === 'pushed') return after;
  }
  throw new Failure('forge-conflict', `Others keep changing the branch ${stateBranch} of ${content.name}.`, {
    remedy: 'Nothing was written. Try again.',
  });
}

function changesBetween(owner: StateOwner, before: Said, after: Said): readonly FileChange[] {
  return stateKinds.flatMap((kind) => {
    const [old, wanted] = [print(kind, owner, before), print(kind, owner, after)];
    return old === wanted ? [] : [{ path: statePathOf(kind, owner), content: wanted }];
  });
}

/** @returns The text, or `undefined` for no file: there is none for what says nothing. */
function print(kind: StateKind, owner: StateOwner, { holds, skips, approvals, adoptions }: Said): string | undefined {
  switch (kind) {
    case 'holds':
      return holds.length === 0 ? undefined : printHolds(owner, holds);
    case 'skips':
      return skips.length === 0 ? undefined : printSkips(owner, skips);
    case 'approvals':
      return approvals.length === 0 ? undefined : printApprovals(owner, approvals);
    case 'adoptions':
      return adoptions.length === 0 ? undefined : printAdoptions(owner, adoptions);
  }
}

function unreadableFile(path: string): Failure {
  return new Failure('configuration', `The file ${path} on the branch ${stateBranch} cannot be read as text.`, {
    place: { file: path },
    remedy: `Restore it from an earlier commit of the branch ${stateBranch}.`,
  });
}
