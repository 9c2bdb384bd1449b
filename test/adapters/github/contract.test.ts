import { testForge } from '../../contract/forge.ts';
import { createAccounts } from '../../support/github-accounts.ts';
import { createGitHubWorld } from '../../support/github-world.ts';

testForge(
  'GitHub',
  async () => {
    const world = await createGitHubWorld();
    const { person, refuse } = world.gitHub.world;
    return {
      forge: world.forge,
      accounts: createAccounts(world.gitHub),
      person,
      refuse,
      openAgain: () => world.openAgain(),
      [Symbol.asyncDispose]: world[Symbol.asyncDispose],
    };
  },
  { without: ['open without a branch', 'merge compares the base'] },
);
