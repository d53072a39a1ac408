import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What takes a minute and more, the longest first, so that none of it is under way alone when all else is done. */
const longest = [
  'test/faults/short',
  'test/runs/faults',
  'test/doctor/selenium',
  'test/page/page',
  'test/runs/snapshots',
  'src/engine/supervisor',
  'test/runs/worker-ends',
  'test/cli/folder',
  'test/demo/demo',
  'test/runs/',
  'test/doctor/',
  'test/worker/',
  'test/',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const at = longest.findIndex((path) => moduleId.includes(`/${path}`));
      return at === -1 ? longest.length : at;
    };
    return files.toSorted((one, other) => place(one) - place(other));
  }
}

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'web/src/**/*.test.ts'],
    // Real servers, containers and child processes: slow is not wrong. Hangs still end.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    pool: 'forks',
    // Files follow each other in one process: nothing here lives in modules, and loading them anew for each file took a
    // fifth of all work.
    isolate: false,
    // Most tests wait for a server, a container or a browser, so four at a time are not too many for two cores.
    maxWorkers: Math.max(4, availableParallelism()),
    sequence: { sequencer: LongestFirst },
  },
});
