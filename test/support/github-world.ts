import { join } from 'node:path';
import { openGitRepository } from '../../src/adapters/git/git-repository.ts';
import type { GitHubAccess } from '../../src/adapters/github/github-account.ts';
import type { GitHubPlace } from '../../src/adapters/github/github-client.ts';
import { createGitHubForge } from '../../src/adapters/github/github-forge.ts';
import type { Forge } from '../../src/ports/forge.ts';
import { type GitHubStandIn, startGitHub } from './github-stand-in.ts';

/** A stand-in for GitHub with a forge that uses it. */
export interface GitHubWorld extends AsyncDisposable {
  readonly gitHub: GitHubStandIn;
  readonly forge: Forge;
  readonly place: GitHubPlace;
  /** The same repository, as another process has it. */
  openAgain(access?: GitHubAccess): Promise<Forge>;
}

/** As fast as the stand-in answers; the pauses that GitHub asks for are tested on their own. */
const pace = { writeSpacing: 0, notificationSpacing: 0, retryPause: 1, readLimit: 10_000, writeLimit: 30_000 };

export async function createGitHubWorld(): Promise<GitHubWorld> {
  const gitHub = await startGitHub();
  const { owner, name } = gitHub.state;
  const place: GitHubPlace = { address: gitHub.address, owner, name, clock: { now: () => new Date() }, pace };
  const opened: AsyncDisposable[] = [];
  const token: GitHubAccess = { kind: 'token', token: async () => gitHub.token };
  const openAgain = async (access = token) => {
    const cacheFolder = join(gitHub.world.folder, `cache-${opened.length}`);
    const options = { url: gitHub.world.bare, cacheFolder, name: `${owner}/${name}`, environment: process.env };
    const repository = await openGitRepository(options);
    opened.push(repository);
    return createGitHubForge({ ...place, repository, access });
  };
  return {
    gitHub,
    place,
    forge: await openAgain(),
    openAgain,
    async [Symbol.asyncDispose]() {
      await Promise.all(opened.map((it) => it[Symbol.asyncDispose]()));
      await gitHub[Symbol.asyncDispose]();
    },
  };
}
