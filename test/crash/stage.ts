import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { createArchiveWriter } from '../../src/adapters/ctf/write-archive.ts';
import { createEvaluator } from '../../src/adapters/worker/evaluator.ts';
import { runPass } from '../../src/workflows/run-pass.ts';
import { type PodinfoOptions, podinfoVersion } from '../builders/podinfo-version.ts';
import { openCrashPorts } from '../support/crash-ports.ts';
import { createGitWorld, type GitPerson, openGitWorld, runGit } from '../support/git-world.ts';
import { type GiteaPlace, openAccounts } from '../support/gitea-accounts.ts';
import { type GiteaStandIn, startGiteaStandIn } from '../support/gitea-stand-in.ts';
import { type GiteaState, giteaAccounts } from '../support/gitea-stand-in-state.ts';
import { createGiteaWorld, type GiteaServer } from '../support/gitea-worlds.ts';
import { branch, configPath, configText, keys } from '../support/world.ts';
import { archiveIn, storeIn, worldOptions } from '../support/world-ports.ts';

/** A repository on a forge with a person who works on it, and the folder that a process of the bot works in. */
export interface Stage extends AsyncDisposable {
  readonly folder: string;
  readonly place: GiteaPlace;
  readonly person: GitPerson;
  publish(version: string, options?: PodinfoOptions): Promise<void>;
  /** Runs git where everything is that the forge has. */
  git(...words: readonly string[]): Promise<string>;
  /** What the forge ever made, whether it still stands or not; `undefined` where it does not count. */
  readonly made: GiteaStandIn['counts'] | undefined;
  loseStore(): Promise<void>;
}

/** Where a scene begins: with a configuration only, or with v1.0.0 installed and v1.1.0 proposed. */
export type Beginning = 'empty' | 'proposed';

/** Makes stages that are all alike; what takes passes is made once. */
export interface Stages extends AsyncDisposable {
  open(from: Beginning): Promise<Stage>;
}

const evaluator = createEvaluator({ timeoutSeconds: 20 });

async function passOn({ folder, place }: Pick<Stage, 'folder' | 'place'>): Promise<void> {
  const { url, owner, repository: name, tokens } = place;
  await using ports = await openCrashPorts({ folder, url, owner, name, token: tokens.bot }, evaluator);
  await runPass(ports, worldOptions());
}

function parts(folder: string) {
  return {
    folder,
    publish: (version: string, options: PodinfoOptions = {}) =>
      createArchiveWriter().add(archiveIn(folder), podinfoVersion(version, options, keys())),
    async loseStore() {
      for (const ending of ['', '-wal', '-shm']) await rm(`${storeIn(folder)}${ending}`, { force: true });
    },
  };
}

async function propose(stage: Stage): Promise<void> {
  const { merge } = await openAccounts(stage.place, async () => undefined);
  await stage.publish('v1.0.0');
  await passOn(stage);
  await merge('maintainer', 1);
  await stage.person.deleteBranch(branch);
  await stage.publish('v1.1.0');
  await passOn(stage);
}

const configuration = () => ({ [configPath]: configText(), '.consignee/keys/release.pub': keys().publicKey });

/** On a stand-in: its memory is copied with the repository. */
export function createStandInStages(): Stages {
  const made = new Map<Beginning, Promise<{ readonly folder: string; readonly memory: Memory }>>();

  async function make(from: Beginning) {
    const git = await createGitWorld();
    await git.person.commit('main', configuration());
    const standIn = await startGiteaStandIn(git.bare);
    const stage = stageOn(git.folder, standIn);
    if (from === 'proposed') await propose(stage);
    await standIn[Symbol.asyncDispose]();
    return { folder: git.folder, memory: memoryOf(standIn.state) };
  }

  return {
    async open(from) {
      const template = made.get(from) ?? make(from);
      made.set(from, template);
      const { folder: origin, memory } = await template;
      const folder = await mkdtemp(join(tmpdir(), 'consignee-crash-'));
      const filter = (path: string) => !/^(cache|clone)$/.test(relative(origin, path));
      await cp(origin, folder, { recursive: true, filter });
      const standIn = await startGiteaStandIn(openGitWorld(folder).bare);
      remember(standIn.state, memory);
      return stageOn(folder, standIn);
    },
    async [Symbol.asyncDispose]() {
      for (const template of made.values()) await rm((await template).folder, { recursive: true, force: true });
    },
  };
}

function stageOn(folder: string, standIn: GiteaStandIn): Stage {
  const { bare, person, git } = openGitWorld(folder);
  const { state } = standIn;
  const tokenOf = (login: string) => giteaAccounts.find((it) => it.login === login)?.token ?? '';
  const noticed =
    <Words extends readonly unknown[], Result>(act: (...words: Words) => Promise<Result>) =>
    async (...words: Words): Promise<Result> => {
      const result = await act(...words);
      const mira = state.accounts.find(({ login }) => login === 'mira');
      if (mira) await standIn.notice(mira);
      return result;
    };
  return {
    ...parts(folder),
    place: {
      url: standIn.url,
      owner: state.owner,
      repository: state.repository,
      tokens: {
        admin: tokenOf('harbourmaster'),
        bot: tokenOf('consignee'),
        maintainer: tokenOf('mira'),
        stranger: tokenOf('olav'),
      },
      teams: { own: '', foreign: '' },
    },
    person: {
      ...person,
      commit: noticed(person.commit),
      squash: noticed(person.squash),
      deleteBranch: noticed(person.deleteBranch),
    },
    git: (...words) => git('--git-dir', bare, ...words),
    made: standIn.counts,
    async [Symbol.asyncDispose]() {
      await standIn[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

type Memory = Pick<
  GiteaState,
  'issues' | 'comments' | 'timeline' | 'labels' | 'statuses' | 'reviews' | 'deletedBranches'
>;

function memoryOf({ issues, comments, timeline, labels, statuses, reviews, deletedBranches }: GiteaState): Memory {
  return structuredClone({ issues, comments, timeline, labels, statuses, reviews, deletedBranches });
}

/** The server goes on counting where the one before stood. */
function remember(state: GiteaState, memory: Memory): void {
  const { issues, deletedBranches, ...lists } = structuredClone(memory);
  for (const [number, issue] of issues) state.issues.set(number, issue);
  for (const name of deletedBranches) state.deletedBranches.add(name);
  state.comments.push(...lists.comments);
  state.timeline.push(...lists.timeline);
  state.labels.push(...lists.labels);
  state.statuses.push(...lists.statuses);
  state.reviews.push(...lists.reviews);
  const said = [...lists.comments, ...lists.timeline, ...lists.reviews.map(({ commentId: id }) => ({ id }))];
  const pulls = [...issues.values()].flatMap(({ pull }) => pull ?? []);
  const used = { issue: [...issues.values()], pull: pulls, comment: said, label: lists.labels, status: lists.statuses };
  advance(state, 'number', Math.max(0, ...issues.keys()));
  for (const [kind, rows] of Object.entries(used)) {
    advance(state, kind as keyof typeof used, Math.max(0, ...rows.map(({ id }) => id)));
  }
}

function advance(state: GiteaState, kind: Parameters<GiteaState['nextId']>[0], to: number): void {
  for (let id = 0; id < to; ) id = state.nextId(kind);
}

/** On a real server: everything is made anew each time. */
export function createGiteaStages(server: GiteaServer): Stages {
  return {
    async open(from) {
      const world = await createGiteaWorld(server);
      const { place, person } = world;
      const folder = await mkdtemp(join(tmpdir(), 'consignee-crash-'));
      const mirror = join(folder, 'mirror.git');
      const stage: Stage = {
        ...{ place, person, made: undefined },
        ...parts(folder),
        async git(...words) {
          await rm(mirror, { recursive: true, force: true });
          const credentials = Buffer.from(`x:${place.tokens.admin}`).toString('base64');
          const header = `http.extraHeader=Authorization: Basic ${credentials}`;
          const url = `${place.url}/${place.owner}/${place.repository}.git`;
          await runGit(folder, ['-c', header, 'clone', '-q', '--mirror', url, mirror]);
          return runGit(mirror, words);
        },
        async [Symbol.asyncDispose]() {
          await world[Symbol.asyncDispose]();
          await rm(folder, { recursive: true, force: true, maxRetries: 3 });
        },
      };
      await person.commit('main', configuration());
      if (from === 'proposed') await propose(stage);
      return stage;
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}
