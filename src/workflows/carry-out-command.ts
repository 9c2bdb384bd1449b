import type { Authorisation } from '../core/command/authorise.ts';
import type { Command, CommandPlace, CommandVerb } from '../core/command/command.ts';
import { explain, outcomeOf } from '../core/command/explanation.ts';
import { type CommandResult, replyToCommand, replyToDenied, replyWithHelp } from '../core/command/reply.ts';
import { resolveUntil } from '../core/command/until.ts';
import type { ConfiguredInstallation } from '../core/installation/installation.ts';
import { branchOf } from '../core/installation/places.ts';
import { parseBody } from '../core/pull-request/body.ts';
import { holdLabel } from '../core/pull-request/labels.ts';
import { code } from '../core/pull-request/markdown.ts';
import type { Comment, PullRequest } from '../core/pull-request/pull-request.ts';
import type { CommitSha } from '../core/repository/commit.ts';
import { addAdoption } from '../core/state/adoptions.ts';
import { addApproval } from '../core/state/approvals.ts';
import { activeHolds, addHold } from '../core/state/holds.ts';
import { addSkip } from '../core/state/skips.ts';
import type { Permission } from '../ports/forge.ts';
import { authoriseActor } from './authorise-actor.ts';
import { findForeign, findHead, findOpen, headOf, refuseUnnamed, wasThere } from './commanded-head.ts';
import { findBranch, type RepositoryState, readRepositoryState } from './observe-repository.ts';
import type { InstallationResult, PassOptions, PassPorts } from './pass.ts';
import { countApprovals, neededApprovals } from './read-gates.ts';
import { runPass } from './run-pass.ts';
import { changeSaid, readSaid, type Said } from './state-branch.ts';

/** A command with where and by whom it was given. */
export interface PlacedCommand {
  readonly at: CommandPlace;
  readonly command: Command;
  readonly comment: Comment;
  /** That it was given on, as it stands now. */
  readonly pullRequest: PullRequest | undefined;
  /** What a signed event said about the author's rights. */
  readonly hint: Permission | undefined;
}

interface World {
  readonly ports: PassPorts;
  readonly options: PassOptions;
}

/** Commands that this version carries out. */
const works: ReadonlySet<CommandVerb> = new Set([
  'help',
  'explain',
  'hold',
  'resume',
  'skip',
  'retry',
  'rebuild',
  'adopt',
  'approve',
]);

/** What a command was answered with, and the installation that is to be looked at because of it. */
interface CarriedOut {
  readonly reply: string;
  readonly installation?: string;
}

/** Does what a person asks for, when they may. Safe to repeat: what was done is done. */
export async function carryOut(placed: PlacedCommand, world: World): Promise<CarriedOut> {
  const { command, comment } = placed;
  const { ports, options } = world;
  if (command.verb === 'help') return { reply: await help(placed, world) };
  const refs = await ports.forge.content.readRefs();
  const base = findBranch(refs, options.branch, ports.forge.content.name);
  const state = await readRepositoryState(ports.forge.content, base, options.read);
  const name = command.installation && `${command.installation.environment}/${command.installation.application}`;
  const installation = state.installations.find((it) => it.name === name);
  const asked: Asked = { ...placed, ...world, state, refs, installation };
  const allowed = await authorise(asked);
  if (!allowed.allowed) return { reply: replyToDenied(comment.author, command, allowed) };
  const result: CommandResult = installation
    ? await handlers[command.verb]({ ...asked, installation })
    : { kind: 'unknown-installation', name: name ?? '' };
  ports.log.info('command.done', { verb: command.verb, installation: name, result: result.kind });
  const reply = replyToCommand(comment.author, command, result);
  return { reply, ...(installation && changing.has(command.verb) && { installation: installation.name }) };
}

/** Whoever may read may ask for help: nothing of the repository is needed for it. */
async function help({ command, comment, at, hint }: PlacedCommand, { ports }: World): Promise<string> {
  const asking = { actor: comment.author, action: 'help', roles: undefined, approvals: undefined, hint } as const;
  const allowed = await authoriseActor(asking, ports.forge.people);
  return allowed.allowed
    ? replyWithHelp(comment.author, command, at.where, works)
    : replyToDenied(comment.author, command, allowed);
}

/** After these the next pass may decide otherwise. */
const changing: ReadonlySet<CommandVerb> = new Set(['hold', 'resume', 'skip', 'adopt', 'approve', 'retry', 'rebuild']);

interface Asked extends PlacedCommand, World {
  readonly state: RepositoryState;
  readonly refs: ReadonlyMap<string, CommitSha>;
  readonly installation: ConfiguredInstallation | undefined;
}

interface OnInstallation extends Asked {
  readonly installation: ConfiguredInstallation;
}

async function authorise(asked: Asked): Promise<Authorisation> {
  const { command, comment, hint, state, ports, installation } = asked;
  const approving = command.verb === 'approve';
  return authoriseActor(
    {
      ...{ actor: comment.author, action: command.verb, roles: state.roles, hint },
      approvals: installation?.approvals,
      headAuthors: approving ? await findHeadAuthors(asked) : undefined,
    },
    ports.forge.people,
  );
}

/** A commit says who wrote it, but anybody can write that: whose it is, is known of the bot's own only. */
async function findHeadAuthors(asked: Asked): Promise<readonly string[] | undefined> {
  const { ports, installation } = asked;
  const self = await ports.forge.people.self();
  const others = installation ? await findForeign({ ...asked, installation }) : [];
  return others.length === 0 ? [self.id] : undefined;
}

type Handler = (asked: OnInstallation) => Promise<CommandResult>;

const notAvailable: Handler = async () => ({ kind: 'not-available' });

const handlers: Readonly<Record<Exclude<CommandVerb, 'help'>, Handler>> = {
  explain: explainInstallation,
  hold,
  resume,
  skip,
  approve,
  retry,
  rebuild,
  adopt,
  promote: notAvailable,
  rollback: notAvailable,
  override: notAvailable,
};

async function explainInstallation(asked: OnInstallation): Promise<CommandResult> {
  const { installation, refs, ports, options } = asked;
  const [result] = await runPass(ports, { ...options, mode: 'plan', only: [installation.name], refs });
  const { name } = installation;
  const installed = result?.installed?.version;
  const said = (await readSaid(ports.forge.content, refs)).of(installation);
  const holds = activeHolds(said.holds, ports.clock.now());
  return { kind: 'said', text: result ? explain({ ...result, name, installed, holds }) : '' };
}

async function hold(asked: OnInstallation): Promise<CommandResult> {
  const { command, ports } = asked;
  if (command.verb !== 'hold') return { kind: 'not-available' };
  const now = ports.clock.now();
  // A duration counts from when it was written.
  const until = command.until && resolveUntil(command.until, asked.comment.createdAt);
  if (until === 'past' || (until && until <= now)) return { kind: 'past' };
  const { reason } = command;
  const entry = { ...entryOf(asked), until, reason };
  await change(asked, (said) => ({ ...said, holds: addHold(said.holds, entry, now) }));
  return { kind: 'held', until, reason };
}

async function resume(asked: OnInstallation): Promise<CommandResult> {
  const { ports, options } = asked;
  const now = ports.clock.now();
  let ended = 0;
  await change(asked, (said) => {
    ended = activeHolds(said.holds, now).length;
    return { ...said, holds: [] };
  });
  const open = await findOpen(asked);
  if (open?.labels.includes(holdLabel)) {
    await ports.forge.pullRequests.update(open.number, { removeLabels: [holdLabel], by: options.bot });
    ended += 1;
  }
  return { kind: 'resumed', ended };
}

async function skip(asked: OnInstallation): Promise<CommandResult> {
  const { command, installation } = asked;
  const open = await findOpen(asked);
  const named = command.verb === 'skip' ? command.version : undefined;
  const version = named ?? (open && parseBody(open.body)?.version);
  if (version === undefined) return { kind: 'no-pull-request', name: installation.name };
  if (named === undefined && !(await wasThere(open?.headSha, asked))) return { kind: 'said', text: askWhich(version) };
  await change(asked, (said) => ({ ...said, skips: addSkip(said.skips, { ...entryOf(asked), version }) }));
  return { kind: 'skipped', version };
}

/** The pull request goes on to the next version by itself: nobody skips one that they have not seen (reliability.md A-48). */
const askWhich = (version: string) =>
  `The pull request has changed since, and proposes ${code(version)} now. Write ${code(`/skip ${version}`)} to skip that version.`;

async function approve(asked: OnInstallation): Promise<CommandResult> {
  const { installation, state, ports } = asked;
  const found = await findHead(asked);
  if (found.kind !== 'head') return found;
  const { head, pullRequest } = found;
  const said = await change(asked, (it) => ({
    ...it,
    approvals: addApproval(it.approvals, { ...entryOf(asked), head }),
  }));
  const { roles } = state;
  const { approvals } = said;
  const given = await countApprovals({ installation, roles, pullRequest, head, approvals, forge: ports.forge });
  return { kind: 'approved', head, given, needed: neededApprovals(installation) };
}

async function retry({ installation, ports, options }: OnInstallation): Promise<CommandResult> {
  return saidOf(await runPass(ports, { ...options, only: [installation.name], anew: true }));
}

/** What others committed is written off by recording it as the bot's own: only exactly what was named is discarded. */
async function rebuild(asked: OnInstallation): Promise<CommandResult> {
  const { installation, ports, options } = asked;
  const foreign = await findForeign(asked);
  // With nothing of others there is nothing to discard, whatever was named; so it is when this is repeated after a crash.
  if (foreign.length === 0) return retry(asked);
  const refused = refuseUnnamed(asked);
  if (refused) return refused;
  for (const { sha } of foreign)
    await ports.store.recordCommit(options.repository, branchOf(installation), sha, ports.clock.now());
  await change(asked, (said) => ({ ...said, adoptions: [] }));
  return retry(asked);
}

async function adopt(asked: OnInstallation): Promise<CommandResult> {
  if ((await findForeign(asked)).length === 0)
    return { kind: 'said', text: 'The branch has no commits of others: there is nothing to take over.' };
  const refused = refuseUnnamed(asked);
  if (refused) return refused;
  const head = headOf(asked);
  if (!head) return { kind: 'no-pull-request', name: asked.installation.name };
  await change(asked, (said) => ({ ...said, adoptions: addAdoption(said.adoptions, { ...entryOf(asked), head }) }));
  return {
    kind: 'said',
    text: `The branch stays as people left it at ${code(head.slice(0, 12))}, and the bot pushes nothing more to it. Merge it when it is ready; ${code('/rebuild')} gives it back to the bot.`,
  };
}

function change(asked: OnInstallation, apply: (said: Said) => Said): Promise<Said> {
  const { installation: owner, command, comment, ports, options } = asked;
  const { forge, clock } = ports;
  const message = `${command.line} for ${owner.name}, by ${comment.author.name}`;
  return changeSaid({ forge, owner, change: apply, message, by: options.bot, clock });
}

function entryOf({ comment }: Asked) {
  return { by: comment.author, at: comment.createdAt, comment: comment.id };
}

function saidOf([result]: readonly InstallationResult[]): CommandResult {
  return { kind: 'said', text: result ? outcomeOf(result.outcome).join('\n\n') : '' };
}
