import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'web/src/**/*.test.ts'],
    // Real servers, containers and child processes: slow is not wrong. Hangs still end.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    pool: 'forks',
    // Most tests wait for a server, a container or a browser, so three at a time are not too many for two cores.
    maxWorkers: Math.max(3, availableParallelism() - 1),
  },
});
