import { Failure } from '../../core/failure.ts';
import type { Adoption } from '../../core/init/adoption.ts';
import { adoptionTitle, describeAdoption, describeProposal, proposalTitle } from '../../core/init/describe-proposal.ts';
import {
  configurationPath,
  type ProposedConfiguration,
  proposeConfiguration,
} from '../../core/init/propose-configuration.ts';
import { type FoundInManifest, readManifest } from '../../core/init/read-manifest.ts';
import { configurationFolder } from '../../core/installation/places.ts';
import type { PullRequest } from '../../core/pull-request/pull-request.ts';
import type { CommitSha, FileSet, Person, Tree } from '../../core/repository/commit.ts';
import type { ComponentCatalog } from '../../ports/component-catalog.ts';
import type { Forge } from '../../ports/forge.ts';
import { findBranch, type ReadConfiguration, readRepositoryState, readTexts } from '../observe-repository.ts';
import { readTrustPolicy } from '../read-trust-policy.ts';
import { type AdoptionOptions, type AdoptionPorts, adopt } from './adopt.ts';
import { chooseComponents, type DeliverySource } from './choose-components.ts';

/** No environment can be called `init`, so that no installation has this branch. */
export const proposalBranch = 'consignee/init';

export interface ProposalPorts extends Omit<AdoptionPorts, 'content'> {
  readonly forge: Pick<Forge, 'content' | 'writer' | 'pullRequests'>;
  readonly catalog: ComponentCatalog;
}

export interface ProposalOptions extends DeliverySource, AdoptionOptions {
  readonly branch: string;
  readonly bot: Person;
  /** In PEM, by name of the signature. */
  readonly keys: ReadonlyMap<string, string>;
  /** As a pass does: what is proposed must work as it stands. */
  readonly read: ReadConfiguration;
  readonly dryRun: boolean;
}

export type Proposal =
  /** People have a configuration. */
  | { readonly kind: 'configured'; readonly path: string; readonly adoption?: Adoption }
  /** It waits for people already, or they refused it. */
  | { readonly kind: 'waiting' | 'declined'; readonly pullRequest: PullRequest }
  | ({ readonly kind: 'opened'; readonly pullRequest: PullRequest } & Proposed)
  | ({ readonly kind: 'would-open' } & Proposed);

interface Proposed {
  /** `undefined` where people have one, and only say which versions run. */
  readonly configuration: ProposedConfiguration | undefined;
  readonly adoption: Adoption;
}

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
  const path = [configurationPath, `${configurationFolder}/config.yml`].find((it) => tree.has(it));
  if (path !== undefined && options.running.size === 0) return { kind: 'configured', path };
  const tip = refs.get(`refs/heads/${proposalBranch}`);
  const earlier = options.dryRun ? undefined : await findEarlier(pullRequests, tip);
  if (earlier && (path === undefined || earlier.kind === 'waiting')) return earlier;
  const proposed =
    path === undefined ? await workOut({ base, tree }, ports, options) : await workOutAdoption(base, ports, options);
  const { adoption } = proposed;
  if (options.dryRun) return { kind: 'would-open', ...proposed };
  if (path !== undefined && adoption.adopted.length === 0) return { kind: 'configured', path, adoption };
  const pullRequest = await openProposal({ base, tip, proposed }, ports, options);
  return { kind: 'opened', pullRequest, ...proposed };
}

interface Opening {
  readonly base: CommitSha;
  readonly tip: CommitSha | undefined;
  readonly proposed: Proposed;
}

async function openProposal({ base, tip, proposed }: Opening, ports: ProposalPorts, options: ProposalOptions) {
  const { configuration, adoption } = proposed;
  const title = configuration ? proposalTitle : adoptionTitle;
  const files = new Map([...(configuration?.files ?? []), ...adoption.files]);
  const head = await writeBranch({ base, tip, files, title }, ports, options);
  return ports.forge.pullRequests.open({
    ...{ head, base: options.branch, by: options.bot, title, labels: [] },
    body: configuration ? describeProposal(configuration, adoption) : describeAdoption(adoption),
  });
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

interface Base {
  readonly base: CommitSha;
  readonly tree: Tree;
}

async function workOut({ base, tree }: Base, ports: ProposalPorts, options: ProposalOptions): Promise<Proposed> {
  const found = await readManifests(tree, ports);
  const { registry, components } = await chooseComponents(found.deployed, ports.catalog, options);
  const configuration = proposeConfiguration({ ...found, registry, components, keys: options.keys });
  const { files } = configuration;
  const configured = options.read(files);
  for (const installation of configured.installations) readTrustPolicy(installation, files, options.floor);
  const state = { commit: base, tree, texts: files, ...configured };
  return { configuration, adoption: await adopt(state, { ...ports, content: ports.forge.content }, options) };
}

/** By the configuration that people have. */
async function workOutAdoption(base: CommitSha, ports: ProposalPorts, options: ProposalOptions): Promise<Proposed> {
  const { content } = ports.forge;
  const state = await readRepositoryState(content, base, options.read);
  return { configuration: undefined, adoption: await adopt(state, { ...ports, content }, options) };
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
  readonly files: FileSet;
  readonly title: string;
}

/** A branch that holds just this is from a run that was ended in between, one that was merged is done with. @returns Its name. */
async function writeBranch(
  { base, tip, files, title }: Written,
  { forge: { writer, content }, clock }: ProposalPorts,
  { bot }: ProposalOptions,
): Promise<string> {
  const changes = [...files].map(([path, text]) => ({ path, content: text }));
  const tree = await writer.writeTree(base, changes);
  const isDone = tip !== undefined && (await content.isAncestor(tip, base));
  if (tip !== undefined && !isDone) {
    const [commit] = await content.readCommits({ to: tip, limit: 1 });
    if (commit?.tree === tree && commit.author.email === bot.email) return proposalBranch;
    throw taken(content.name);
  }
  const to = await writer.writeCommit({
    ...{ tree, parents: [base], author: bot, at: clock.now() },
    message: `${title}\n\nProposed by \`consignee init\` from what the registry and the manifests hold.\n`,
  });
  const pushed = await writer.push([{ ref: `refs/heads/${proposalBranch}`, expect: tip, to }]);
  if (pushed === 'stale') throw taken(content.name);
  return proposalBranch;
}

function taken(repository: string): Failure {
  return new Failure('forge-conflict', `The branch ${proposalBranch} of ${repository} holds something else.`, {
    remedy: 'Look at it, delete it, and run this again.',
  });
}
