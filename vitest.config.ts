import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Module isolation costs twenty times the run time of the tests; nothing here keeps state in modules.
    isolate: false,
    // By default one core is left to the runner, which on two cores leaves one.
    maxWorkers: '100%',
    // Generous: a story of many git processes takes a second, and many seconds on a machine that is busy with other work.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
