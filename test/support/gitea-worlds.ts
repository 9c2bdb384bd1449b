import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { openGitRepository } from '../../src/adapters/git/git-repository.ts';
import { createGiteaForge } from '../../src/adapters/gitea/gitea-forge.ts';
import type { GiteaLimits } from '../../src/adapters/gitea/gitea-limits.ts';
import type { Forge } from '../../src/ports/forge.ts';
import type { ForgePart, ForgeWorld } from '../contract/forge-world.ts';
import { createGitWorld, type GitPerson, type GitWorld, openGitWorld } from './git-world.ts';
import { createAskGitea, type GiteaPlace, openAccounts, until } from './gitea-accounts.ts';
import { createRemotePerson } from './gitea-person.ts';
import { type GiteaStandIn, startGiteaStandIn } from './gitea-stand-in.ts';
import { giteaAccounts } from './gitea-stand-in-state.ts';

/** What Gitea is without: it closes a pull request whose branch is gone, and looks at the base right before merging. */
export const giteaWithout: readonly ForgePart[] = [
  'open without a branch',
  'merged with git',
  'merge compares the base',
];

const bot = { name: 'Consignee', email: 'consignee@example.org' };
const clock = { now: () => new Date() };

export interface StandInWorld extends ForgeWorld {
  readonly git: GitWorld;
  readonly standIn: GiteaStandIn;
  readonly place: GiteaPlace;
}

/** Every forge that is opened has a cache of its own, like processes on different machines. */
function opener(place: GiteaPlace, folder: string, limits: Partial<GiteaLimits>) {
  const opened: AsyncDisposable[] = [];
  return {
    async open(): Promise<Forge> {
      const { url, owner, repository: name, tokens } = place;
      const repository = await openGitRepository({
        url: `${url}/${owner}/${name}.git`,
        cacheFolder: join(folder, `cache-${opened.length}`),
        name: 'applications',
        environment: process.env,
        credentials: async () => ({ user: 'consignee', password: tokens.bot }),
      });
      opened.push(repository);
      const token = async () => tokens.bot;
      return createGiteaForge({ repository, owner, name, clock, bot, address: url, kind: 'gitea', token, limits });
    },
    close: () => Promise.all(opened.map((it) => it[Symbol.asyncDispose]())),
  };
}

function tokenOf(login: string): string {
  return giteaAccounts.find((it) => it.login === login)?.token ?? '';
}

/** Folders and files of a world, by their path in it; a folder has no content. */
type Template = ReadonlyMap<string, Buffer | undefined>;

let template: Promise<Template> | undefined;

/** Some small files are written faster than two git processes run. */
async function copyGitWorld(): Promise<GitWorld> {
  template ??= readTemplate();
  const folder = await mkdtemp(join(tmpdir(), 'consignee-test-'));
  for (const [path, content] of await template) {
    if (content) await writeFile(join(folder, path), content);
    else await mkdir(join(folder, path), { recursive: true });
  }
  return openGitWorld(folder);
}

async function readTemplate(): Promise<Template> {
  await using world = await createGitWorld();
  const entries = await readdir(world.folder, { recursive: true, withFileTypes: true });
  const paths = entries.map((it) => ({ path: join(it.parentPath, it.name), isFile: it.isFile() }));
  const read = paths.map(
    async ({ path, isFile }): Promise<[string, Buffer | undefined]> => [
      relative(world.folder, path),
      isFile ? await readFile(path) : undefined,
    ],
  );
  // Folders first, each before what it holds.
  return new Map(
    (await Promise.all(read)).sort(([a, one], [b, two]) => Number(!!one) - Number(!!two) || (a < b ? -1 : 1)),
  );
}

/**
 * A stand-in of its own for each world: it starts in a few milliseconds.
 *
 * @param given A repository that there is already, with nothing on the forge yet; it goes with the world.
 */
export async function createStandInWorld(limits: Partial<GiteaLimits> = {}, given?: GitWorld): Promise<StandInWorld> {
  const git = given ?? (await copyGitWorld());
  const standIn = await startGiteaStandIn(git.bare);
  const place: GiteaPlace = {
    url: standIn.url,
    owner: standIn.state.owner,
    repository: standIn.state.repository,
    tokens: {
      admin: tokenOf('harbourmaster'),
      bot: tokenOf('consignee'),
      maintainer: tokenOf('mira'),
      stranger: tokenOf('olav'),
    },
    teams: { own: 'software-consumer/delivery', foreign: 'software-consumer/maintainers' },
  };
  const forges = opener(place, git.folder, { backoffSeconds: 0.02, ...limits });
  return {
    git,
    standIn,
    place,
    forge: await forges.open(),
    openAgain: forges.open,
    person: noticed(git.person, standIn),
    accounts: await openAccounts(place, async () => standIn.advance(1)),
    refuse: git.refuse,
    async [Symbol.asyncDispose]() {
      await forges.close();
      await standIn[Symbol.asyncDispose]();
      await git[Symbol.asyncDispose]();
    },
  };
}

/** A person who writes right into the bare repository, as whom the server takes for the maintainer: a clone and pushes would be slow. */
function noticed(person: GitPerson, standIn: GiteaStandIn): GitPerson {
  const maintainer = giteaAccounts.find(({ login }) => login === 'mira');
  const after =
    <Words extends readonly unknown[], Result>(act: (...words: Words) => Promise<Result>) =>
    async (...words: Words): Promise<Result> => {
      const result = await act(...words);
      if (maintainer) await standIn.notice(maintainer);
      return result;
    };
  return {
    name: person.name,
    email: person.email,
    git: after(person.git),
    commit: after(person.commit),
    merge: after(person.merge),
    fastForward: after(person.fastForward),
    squash: after(person.squash),
    reset: after(person.reset),
    deleteBranch: after(person.deleteBranch),
  };
}

/** A running server with an organisation and its people. */
export type GiteaServer = Omit<GiteaPlace, 'repository'>;

let made = 0;

/** A fresh repository on a real server. */
export async function createGiteaWorld(server: GiteaServer): Promise<ForgeWorld & { readonly place: GiteaPlace }> {
  const git = await createGitWorld();
  made += 1;
  const place: GiteaPlace = { ...server, repository: `t${process.pid}-${Date.now().toString(36)}-${made}` };
  const ask = createAskGitea(place);
  const below = `/repos/${place.owner}/${place.repository}`;
  await ask('admin', 'POST', `/orgs/${place.owner}/repos`, { name: place.repository, default_branch: 'main' });
  const person = createRemotePerson(place, join(git.folder, 'person'));
  await person.start(git.bare);
  const forges = opener(place, git.folder, {});
  return {
    place,
    forge: await forges.open(),
    openAgain: forges.open,
    person,
    accounts: await openAccounts(place, nextSecond),
    async refuse(text) {
      const content = `#!/bin/sh\necho '${text}' >&2\nexit 1\n`;
      await ask('admin', 'PATCH', `${below}/hooks/git/pre-receive`, { content });
    },
    async [Symbol.asyncDispose]() {
      await forges.close();
      await ask('admin', 'DELETE', below);
      await git[Symbol.asyncDispose]();
    },
  };
}

/** The server runs on this machine, or its clock is the same to the second. */
async function nextSecond(): Promise<void> {
  const next = Math.floor(Date.now() / 1000) + 1;
  await until(async () => Date.now() / 1000 > next + 0.05);
}
