import { test } from 'vitest';
import { readServer } from '../support/gitea-server.ts';
import { every, representative } from './cases.ts';
import { testCrashes } from './crash-suite.ts';
import { createGiteaStages } from './stage.ts';

const server = readServer(process.env);
const cases = process.env.CONSIGNEE_CRASH === 'all' ? every : representative;

if (server) testCrashes(createGiteaStages(server), cases);
else test.skip('left out without a server: npm run test:gitea', () => undefined);
