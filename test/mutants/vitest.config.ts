import { defineConfig } from 'vitest/config';

/**
 * The tests that are to notice when verification is broken: those of the core, and reading. The shared cases and the laws of the
 * normal forms would notice more of it, and cost a minute per hundred mutants; tables beside the code find it anyway, and always.
 */
export default defineConfig({
  test: {
    include: [
      'test/core/trust/**/*.test.ts',
      'test/core/component/**/*.test.ts',
      'test/workflows/read-component-version.test.ts',
    ],
    exclude: ['test/core/trust/{covered-attacks,normal-forms,reason}.test.ts'],
    setupFiles: [new URL('./few-runs.ts', import.meta.url).pathname],
    isolate: false,
    testTimeout: 120_000,
  },
});
