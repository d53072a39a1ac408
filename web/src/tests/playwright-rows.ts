import type { listTests } from '#src/operations/tests/tests.ts';
import type { OutputOf } from '../api/request.ts';

type Catalog = OutputOf<typeof listTests>;

/** Whether a test is one of Playwright, by its name; see `isPlaywrightTest` of the server. */
export const isOfPlaywright = (name: string) => name.includes(' › ');

/** The tests of Playwright as those of MFTF: their tags are groups, and their projects suites. */
export function rowsOfPlaywright({ playwright }: Catalog): Catalog['tests'] {
  const rows = new Map<string, Catalog['tests'][number]>();
  for (const { name, project, tags, skipped } of playwright?.tests ?? []) {
    const row = rows.get(name) ?? {
      name,
      title: null,
      module: null,
      severity: null,
      groups: tags,
      suites: [],
      skipped: skipped ? 'its project marks it as skipped' : null,
      unusable: null,
    };
    rows.set(name, { ...row, suites: project === null ? row.suites : [...row.suites, project] });
  }
  return [...rows.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
}
