import { testForge } from '../../contract/forge.ts';
import { createStandInWorld, giteaWithout } from '../../support/gitea-worlds.ts';

testForge("gitea's stand-in", createStandInWorld, { without: giteaWithout });
