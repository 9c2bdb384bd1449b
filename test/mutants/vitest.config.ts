import { defineConfig } from 'vitest/config';

/** The tests that are to notice when verification is broken: those of the core, and the shared cases. */
export default defineConfig({
  test: {
    include: [
      'test/core/trust/**/*.test.ts',
      'test/core/component/**/*.test.ts',
      'test/workflows/verify-cases.test.ts',
      'test/workflows/read-component-version.test.ts',
      'test/workflows/collect-references.test.ts',
    ],
    isolate: false,
    testTimeout: 120_000,
  },
});
