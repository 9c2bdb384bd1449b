import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createArchiveWriter } from '../../src/adapters/ctf/write-archive.ts';
import { filesOf } from '../../src/adapters/plain-git/ledger.ts';
import { ledgerRef, type PullRequestRecord } from '../../src/adapters/plain-git/pull-request-record.ts';
import type { CommandContext } from '../../src/cli/services.ts';
import { type Session, withSession } from '../../src/cli/session.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import { readVariables } from '../../src/config/env.ts';
import type { Installation } from '../../src/core/installation/installation.ts';
import { branchOf } from '../../src/core/installation/places.ts';
import { describeBody, describeTitle } from '../../src/core/pull-request/describe.ts';
import { type CommitSha, type FileChange, parseTreeSha, type TreeSha } from '../../src/core/repository/commit.ts';
import { createServices } from '../../src/wire.ts';
import type { InstallationResult, PassPorts, ProposedChange } from '../../src/workflows/pass.ts';
import { runPass } from '../../src/workflows/run-pass.ts';
import { createKeyPair, type KeyPair } from '../builders/component-version.ts';
import { createDelivery } from './delivery.ts';

/** A consumer with many applications: an archive as its registry, a bare repository, and a server configuration. */
export interface World extends AsyncDisposable {
  /** Working folder of the command line. */
  readonly folder: string;
  readonly archive: string;
  /** What the component versions are signed with. */
  readonly keys: KeyPair;
  readonly installations: readonly string[];
  /** Puts one more version of an application's component into the archive. */
  readonly deliver: (index: number, version: string) => Promise<void>;
}

export const registry = 'registry.example.org/consumer';
const baseRef = 'refs/heads/main';
const bot = { name: 'Bench', email: 'bench@example.org' };

/** @param versions Of each component, oldest first; the newest is installed. */
export async function createWorld(applications: number, versions: readonly string[]): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'consignee-bench-'));
  const remove = () => rm(folder, { recursive: true, force: true, maxRetries: 3 });
  try {
    return { ...(await fillWorld(folder, applications, versions)), [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function fillWorld(folder: string, applications: number, versions: readonly string[]) {
  const archive = join(folder, 'delivery.ctf');
  const keys = createKeyPair();
  const writer = createArchiveWriter();
  const names = Array.from({ length: applications }, (_, index) => `app-${`${index}`.padStart(4, '0')}`);
  const deliver = async (index: number, version: string) =>
    writer.add(archive, await createDelivery(`example.org/bench/${names[index]}`, version, keys));
  for (const index of names.keys()) for (const version of versions) await deliver(index, version);
  await writeFile(join(folder, 'consignee.yaml'), serverConfig);
  const files = new Map([
    ['.consignee/config.yaml', repositoryConfig(names)],
    ['.consignee/keys/release.pub', keys.publicKey],
  ]);
  await services().createRepository(join(folder, 'applications.git'), files, bot);
  await install(folder);
  return { folder, archive, keys, installations: names.map((name) => `default/${name}`), deliver };
}

/**
 * Installs everything as merged pull requests would, in one commit instead of one after the other: what a pass proposes goes to
 * the base branch, and a merged pull request with the real text stands for each.
 */
async function install(folder: string): Promise<void> {
  await inSession(folder, async ({ forge: { content, writer }, passPorts, passOptions }) => {
    const ports = withoutGit(await passPorts());
    const proposals = (await runPass(ports, passOptions({ mode: 'plan', only: [] }))).map(proposalOf);
    const base = (await content.readRefs()).get(baseRef);
    if (!base) throw new Error('The repository has no base branch.');
    const commit = async (from: CommitSha | TreeSha, parents: readonly CommitSha[], changes: readonly FileChange[]) =>
      writer.writeCommit({
        tree: await writer.writeTree(from, changes),
        parents,
        message: 'Install all applications\n',
        author: bot,
        at: clock.now(),
      });
    const installed = await commit(
      base,
      [base],
      proposals.flatMap(({ change }) => change.changes),
    );
    const records = await Promise.all(proposals.map((it, index) => recordOf(it, index + 1, { base, installed })));
    const ledger = await commit(treeWithoutFiles(), [], records.flatMap(filesOf));
    await writer.push([
      { ref: baseRef, expect: base, to: installed },
      { ref: ledgerRef, expect: undefined, to: ledger },
    ]);
  });
}

/** The first installation stands for all where only git would be asked about each: that takes most of the time. */
function withoutGit(ports: PassPorts): PassPorts {
  const { content, writer } = ports.forge;
  const readCommits = async () => [];
  return {
    ...ports,
    forge: {
      ...ports.forge,
      content: { ...content, diff: once(content.diff), readCommits },
      writer: { ...writer, writeTree: once(writer.writeTree) },
    },
  };
}

/** @returns A function that gives its first result ever after. */
function once<Words extends readonly unknown[], Result>(
  work: (...words: Words) => Result,
): (...words: Words) => Result {
  let first: { readonly result: Result } | undefined;
  return (...words) => {
    first ??= { result: work(...words) };
    return first.result;
  };
}

interface Proposal {
  readonly installation: Installation;
  readonly change: ProposedChange;
}

function proposalOf({ installation, change, outcome }: InstallationResult): Proposal {
  if (change) return { installation, change };
  throw new Error(`Nothing was proposed for ${installation.name}: ${JSON.stringify(outcome)}`);
}

async function recordOf(
  { installation, change }: Proposal,
  number: number,
  { base, installed }: { readonly base: CommitSha; readonly installed: CommitSha },
): Promise<PullRequestRecord> {
  return {
    number,
    state: 'merged',
    head: branchOf(installation),
    headSha: installed,
    base: 'main',
    baseSha: base,
    title: describeTitle(change.content),
    body: describeBody(change.content, await change.difference()),
    labels: ['consignee'],
    author: bot,
    createdAt: clock.now(),
    endedBy: bot,
    mergeCommit: installed,
  };
}

/** Works with the world as a process that runs does. */
export async function inSession<Result>(folder: string, work: (session: Session) => Promise<Result>): Promise<Result> {
  return withSession({ config: join(folder, 'consignee.yaml'), output: 'text' }, context(), work);
}

const clock = { now: () => new Date() };

function services() {
  return createServices({ variables: readVariables(), clock });
}

const nothing = () => undefined;
const silent: Terminal = { out: nothing, err: nothing, progress: nothing, live: false, colour: false, width: 120 };

function context(): CommandContext {
  return { terminal: silent, clock, services: async () => services() };
}

const serverConfig = `applicationsRepositories: { fleet: { url: ./applications.git } }
registries: { ${registry}: { archive: ./delivery.ctf } }
`;

function repositoryConfig(names: readonly string[]): string {
  const applications = names.map(
    (name) => `  ${name}: { component: example.org/bench/${name}, versions: ">=1.0.0" }\n`,
  );
  return `registry: ${registry}
verify: [{ signature: release, publicKey: keys/release.pub }]
flux: { kustomizations: clusters/fleet }
values: values/{application}.yaml
applications:
${applications.join('')}`;
}

/** Every git repository has it. */
function treeWithoutFiles(): TreeSha {
  const id = parseTreeSha('4b825dc642cb6eb9a060e54bf8d69288fbee4904');
  if (!id) throw new Error('The id of the tree without files is wrong.');
  return id;
}
