import { Failure } from '../../core/failure.ts';
import { describeProposal, proposalTitle } from '../../core/init/describe-proposal.ts';
import {
  configurationPath,
  type ProposedConfiguration,
  proposeConfiguration,
} from '../../core/init/propose-configuration.ts';
import { type FoundInManifest, readManifest } from '../../core/init/read-manifest.ts';
import { configurationFolder } from '../../core/installation/places.ts';
import type { PullRequest } from '../../core/pull-request/pull-request.ts';
import type { CommitSha, FileSet, Person, Tree } from '../../core/repository/commit.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ComponentCatalog } from '../../ports/component-catalog.ts';
import type { Forge } from '../../ports/forge.ts';
import { findBranch, readTexts } from '../observe-repository.ts';
import { chooseComponents, type DeliverySource } from './choose-components.ts';

/** No environment can be called `init`, so that no installation has this branch. */
export const proposalBranch = 'consignee/init';

export interface ProposalPorts {
  readonly forge: Pick<Forge, 'content' | 'writer' | 'pullRequests'>;
  readonly catalog: ComponentCatalog;
  readonly clock: Clock;
}

export interface ProposalOptions extends DeliverySource {
  readonly branch: string;
  readonly bot: Person;
  /** In PEM, by name of the signature. */
  readonly keys: ReadonlyMap<string, string>;
  /**
   * Reads the files as a pass will.
   *
   * @throws {Failure} `configuration` with everything that is wrong.
   */
  readonly check: (files: FileSet) => void;
  readonly dryRun: boolean;
}

export type Proposal =
  /** People have a configuration. */
  | { readonly kind: 'configured'; readonly path: string }
  /** It waits for people already, or they refused it. */
  | { readonly kind: 'waiting' | 'declined'; readonly pullRequest: PullRequest }
  | { readonly kind: 'opened'; readonly pullRequest: PullRequest; readonly proposed: ProposedConfiguration }
  | { readonly kind: 'would-open'; readonly proposed: ProposedConfiguration };

/**
 * Proposes a first configuration by pull request. What people have is never touched: neither a configuration nor a proposal.
 *
 * @throws {Failure} `configuration` when there is too little to go by; `forge-conflict` when somebody else has the branch.
 */
export async function propose(ports: ProposalPorts, options: ProposalOptions): Promise<Proposal> {
  const { content, pullRequests } = ports.forge;
  const refs = await content.readRefs();
  const base = findBranch(refs, options.branch, content.name);
  const tree = await content.readTree(base);
  const present = [configurationPath, `${configurationFolder}/config.yml`].find((it) => tree.has(it));
  if (present !== undefined) return { kind: 'configured', path: present };
  const tip = refs.get(`refs/heads/${proposalBranch}`);
  const earlier = options.dryRun ? undefined : await findEarlier(pullRequests, tip);
  if (earlier) return earlier;
  const proposed = await workOut(tree, ports, options);
  if (options.dryRun) return { kind: 'would-open', proposed };
  const head = await writeBranch({ base, tip, proposed }, ports, options);
  const pullRequest = await pullRequests.open({
    ...{ head, base: options.branch, by: options.bot },
    title: proposalTitle,
    body: describeProposal(proposed),
    labels: [],
  });
  return { kind: 'opened', pullRequest, proposed };
}

/** One that was closed counts as long as its branch stands: taking the branch away asks for another. */
async function findEarlier(
  pullRequests: Forge['pullRequests'],
  tip: CommitSha | undefined,
): Promise<Proposal | undefined> {
  const waiting = (await pullRequests.listOpen()).find(({ head }) => head === proposalBranch);
  if (waiting) return { kind: 'waiting', pullRequest: waiting };
  if (tip === undefined) return undefined;
  const declined = (await pullRequests.listEnded(proposalBranch)).findLast(({ state }) => state === 'closed');
  return declined && { kind: 'declined', pullRequest: declined };
}

async function workOut(tree: Tree, ports: ProposalPorts, options: ProposalOptions): Promise<ProposedConfiguration> {
  const found = await readManifests(tree, ports);
  const { registry, components } = await chooseComponents(found.deployed, ports.catalog, options);
  const proposed = proposeConfiguration({ ...found, registry, components, keys: options.keys });
  options.check(proposed.files);
  return proposed;
}

async function readManifests(tree: Tree, { forge: { content } }: ProposalPorts): Promise<FoundInManifest> {
  const paths = [...tree.keys()].filter((it) => /\.ya?ml$/.test(it) && !it.startsWith(`${configurationFolder}/`));
  const found = [...(await readTexts(content, tree, paths))].map(([path, text]) => readManifest(path, text));
  return {
    deployed: found.flatMap(({ deployed }) => deployed),
    fluxPaths: found.flatMap(({ fluxPaths }) => fluxPaths),
  };
}

interface Written {
  readonly base: CommitSha;
  readonly tip: CommitSha | undefined;
  readonly proposed: ProposedConfiguration;
}

/** A branch that holds just this is from a run that was ended in between. @returns Its name. */
async function writeBranch(
  { base, tip, proposed }: Written,
  { forge: { writer, content }, clock }: ProposalPorts,
  { bot }: ProposalOptions,
): Promise<string> {
  const changes = [...proposed.files].map(([path, text]) => ({ path, content: text }));
  const tree = await writer.writeTree(base, changes);
  if (tip !== undefined) {
    const [commit] = await content.readCommits({ to: tip, limit: 1 });
    if (commit?.tree === tree && commit.author.email === bot.email) return proposalBranch;
    throw taken(content.name);
  }
  const to = await writer.writeCommit({
    ...{ tree, parents: [base], author: bot, at: clock.now() },
    message: `${proposalTitle}\n\nProposed by \`consignee init\` from what the registry and the manifests hold.\n`,
  });
  const pushed = await writer.push([{ ref: `refs/heads/${proposalBranch}`, expect: undefined, to }]);
  if (pushed === 'stale') throw taken(content.name);
  return proposalBranch;
}

function taken(repository: string): Failure {
  return new Failure('forge-conflict', `The branch ${proposalBranch} of ${repository} holds something else.`, {
    remedy: 'Look at it, delete it, and run this again.',
  });
}
