import { test } from 'vitest';
import { testForge } from '../../contract/forge.ts';
import { readServer } from '../../support/gitea-server.ts';
import { createGiteaWorld, giteaWithout } from '../../support/gitea-worlds.ts';

const server = readServer(process.env);

if (server) testForge('Gitea', () => createGiteaWorld(server), { without: giteaWithout });
else test.skip('left out without a server: npm run test:gitea', () => undefined);
