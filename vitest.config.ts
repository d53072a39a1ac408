import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';

/** `make test` has compiled the work tree: processes and threads that tests start execute that instead of the sources. */
const isCompiled = process.env['MATRE_TEST_COMPILED'] !== undefined;
const compiledFile = resolve(import.meta.dirname, 'test/support/compiled-file.ts');

export default defineConfig({
  resolve: {
    alias: isCompiled ? [{ find: /^.*\/executable-file\.ts$/, replacement: compiledFile }] : [],
  },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'web/src/**/*.test.ts'],
    // Real servers, containers and child processes: slow is not wrong. Hangs still end.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    pool: 'forks',
    // Files follow each other in one process: nothing here lives in modules, and loading them anew for each file took a
    // fifth of all work.
    isolate: false,
    // PGlite compiled once, by the baseline compiler: optimizing its WebAssembly takes a second of CPU for each process, which
    // pays after 20,000 statements (measured).
    execArgv: ['--liftoff-only'],
    // Most tests wait for a server, a container or a browser, so four at a time are not too many for two cores; with six at a time
    // each takes a fifth more CPU. vitest starts the files in its own order: the longest of the last run first, on a clean clone the
    // largest first. With the durations of all 190 files (2130 s) that is 533 s, the optimum, and 578 s; a random order takes 601 s.
    maxWorkers: Math.max(4, availableParallelism()),
  },
});
