import { fc } from '@fast-check/vitest';

/** Laws are tried few times here: tables are to notice what is broken, and mutants are many. */
fc.configureGlobal({ numRuns: 5 });
