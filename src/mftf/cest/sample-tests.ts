import { hash } from 'node:crypto';
import type { PlannedTest } from '../../model/selection.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { sortForGeneration } from '../generation/generation-order.ts';

/** Tests of a sample: MFTF generates so many from their files in 2 s (measured with 3.8). */
const maxAlone = 24;
/** Of them, tests of the run that asks. */
const maxPlanned = 12;
const maxSuites = 3;
const maxTestsOfSuite = 3;

/**
 * A sample of the tests of a catalog, some of them planned by a run, with some suites; the same one for the same `seed`. It is sorted as
 * MFTF gets them.
 */
export function sampleTests(
  catalog: Catalog,
  { planned, seed }: { planned: readonly PlannedTest[]; seed: string },
): PlannedTest[] {
  const shuffle = <Item>(items: Iterable<Item>, nameOf: (item: Item) => string) =>
    [...items]
      .map((item) => ({ item, rank: hash('sha256', `${seed}\0${nameOf(item)}`) }))
      .sort((a, b) => (a.rank < b.rank ? -1 : 1))
      .map(({ item }) => item);
  const alone = new Set<string>();
  const others = [...catalog.tests.values()].filter(
    ({ unusable, suites }) => unusable === undefined && suites.length === 0,
  );
  const plannedAlone = planned.filter(({ suite }) => suite === undefined);
  for (const { name } of shuffle(plannedAlone, ({ name }) => name).slice(0, maxPlanned)) alone.add(name);
  for (const { name } of shuffle(others, ({ name }) => name).slice(0, maxAlone)) {
    if (alone.size < maxAlone) alone.add(name);
  }
  const suites = new Set<string>();
  const plannedSuites = planned.flatMap(({ suite }) => suite ?? []);
  const allSuites = [...catalog.suites.values()].filter(({ tests }) => tests.length > 0);
  for (const name of shuffle(new Set(plannedSuites), (name) => name)) suites.add(name);
  for (const { name } of shuffle(allSuites, ({ name }) => name)) suites.add(name);
  const inSuites = [...suites].slice(0, maxSuites).flatMap((suite) =>
    shuffle(catalog.suites.get(suite)?.tests ?? [], (name) => name)
      .slice(0, maxTestsOfSuite)
      .map((name) => ({ name, suite })),
  );
  return sortForGeneration([...[...alone].map((name) => ({ name, suite: undefined })), ...inSuites]);
}
