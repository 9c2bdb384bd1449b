import { defineConfig } from 'vitest/config';

/** Their description of an API takes hundreds of MiB, and every process that is started from a large one is slow to start. */
const large = 'test/adapters/github/**';

export default defineConfig({
  test: {
    // By default one core is left to the runner, which on two cores leaves one.
    maxWorkers: '100%',
    // Generous: a story of many git processes takes a second, and many seconds on a machine that is busy with other work.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    projects: [
      // Module isolation costs twenty times the run time of the tests; nothing here keeps state in modules.
      { extends: true, test: { name: 'all', include: ['test/**/*.test.ts'], exclude: [large], isolate: false } },
      { extends: true, test: { name: 'github', include: [`${large}/*.test.ts`], isolate: true } },
    ],
  },
});
