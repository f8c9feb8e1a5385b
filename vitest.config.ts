import { defineConfig } from 'vitest/config';

/** Tests of `src`, and properties with a fixed seed: a failure here is one that can be repeated. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'properties/**/*.prop.ts'],
    testTimeout: 60_000,
  },
});
