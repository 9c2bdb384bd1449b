import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Module isolation costs twenty times the run time of the tests; nothing here keeps state in modules.
    isolate: false,
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
});
