import type { TestPlace } from '../channels/channel.ts';

/**
 * The places of tests in the repository of the test module, of those below the root of Magento: the module is mounted at `target` there.
 * Tests of other modules have none.
 */
export function placesInModule(sources: readonly TestPlace[], target: string): TestPlace[] {
  const folder = `${target}/`;
  return sources.flatMap(({ test, path, line }) =>
    path.startsWith(folder) ? [{ test, path: path.slice(folder.length), line }] : [],
  );
}
