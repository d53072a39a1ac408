import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildCatalog } from '../../src/mftf/catalog/catalog.ts';
import { readDeclarations } from '../../src/mftf/catalog/declarations/declarations.ts';
import { folderSource } from '../../src/mftf/catalog/tree/source.ts';
import { runDataClosureOf } from '../../src/mftf/closure/run-data-closure.ts';
import { createResolver } from '../../src/mftf/resolver/resolver.ts';
import { createRandom } from '../../test/faults/random.ts';

/**
 * Draws tests of a Magento root outside suites, half of which create data, of those that MFTF generates for the modules of the list, and
 * that have at most `maxSteps` steps. The same seed draws the same tests.
 */
export async function drawTests(request: {
  root: string;
  modules: readonly string[] | undefined;
  count: number;
  seed: number;
  maxSteps: number;
}): Promise<string[]> {
  const { root, modules, count, seed, maxSteps } = request;
  const catalog = buildCatalog([await readDeclarations(folderSource(root, ''))], modules);
  const resolver = createResolver(catalog, (path) => readFileSync(join(root, path)));
  const names = [...catalog.tests.values()]
    .filter(
      ({ suites, skip, unusable }) => suites.length === 0 && skip === undefined && unusable === undefined,
    )
    .map(({ name }) => name)
    .sort();
  const drawn = { with: [] as string[], without: [] as string[] };
  const half = Math.ceil(count / 2);
  for (const name of createRandom(seed).shuffled(names)) {
    const kind = runDataClosureOf(catalog, [{ name, suite: undefined }]).kind === 'none' ? 'without' : 'with';
    const limit = kind === 'with' ? half : count - half;
    if (drawn[kind].length < limit && stepCount(resolver, name) <= maxSteps) drawn[kind].push(name);
    if (drawn.with.length + drawn.without.length === count) break;
  }
  return [...drawn.with, ...drawn.without].sort();
}

function stepCount(resolver: ReturnType<typeof createResolver>, name: string): number {
  const test = resolver.test(name);
  if ('refusal' in test) return Number.POSITIVE_INFINITY;
  const { before = [], steps, after = [] } = test.resolved;
  return before.length + steps.length + after.length;
}
