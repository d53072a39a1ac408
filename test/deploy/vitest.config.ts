import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/deploy/running.ts', 'test/deploy/dockerfiles.ts'],
    testTimeout: 300_000,
    // Each needs the whole machine.
    fileParallelism: false,
  },
});
