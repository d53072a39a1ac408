import { maxTreeMs } from '../../model/limits.ts';
import type { Threads } from '../../threads/threads.ts';
import type { InstalledModule } from './installed-module.ts';
import { readModuleNames } from './module-names.ts';

/** As `moduleNames`, of several test modules, in a worker thread. Errors: MODULE_INVALID, TREE_TOO_LARGE, TREE_TIMEOUT. */
export async function listModuleNames(
  readers: Threads,
  modules: readonly InstalledModule[],
): Promise<string[]> {
  const names = await Promise.all(
    modules.map(({ id, path, target }) => {
      const options = { subject: `the test module at ${id}`, limitMs: maxTreeMs };
      return readers.run(readModuleNames, { checkout: path, target }, options);
    }),
  );
  return [...new Set(names.flat())].sort();
}
