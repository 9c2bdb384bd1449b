import { every, representative } from './cases.ts';
import { testCrashes } from './crash-suite.ts';
import { createStandInStages } from './stage.ts';

testCrashes(createStandInStages(), process.env.CONSIGNEE_CRASH === 'all' ? every : representative);
