import { defineTask } from '../../threads/task.ts';
import { type CatalogAddress, openSide } from '../catalog/question-task.ts';
import { changedTests, type Side } from './changed-tests.ts';
import { testChanges } from './test-changes.ts';

/** What can be asked about two catalogs, the earlier one first. */
const comparisons = {
  changedTests,
  testChanges,
};

type Comparisons = typeof comparisons;
export type ComparisonKind = keyof Comparisons;
export type ComparisonInput<Kind extends ComparisonKind> = NonNullable<Parameters<Comparisons[Kind]>[2]>;
export type ComparisonAnswer<Kind extends ComparisonKind> = ReturnType<Comparisons[Kind]>;

/** Compares two catalogs. Errors: as of `askCatalog`, and those of the comparison. */
export const compareCatalogs = defineTask(
  import.meta.url,
  'compareCatalogs',
  async (request: {
    before: CatalogAddress;
    after: CatalogAddress;
    kind: ComparisonKind;
    input: unknown;
  }): Promise<unknown> => {
    const { before, after, kind, input } = request;
    const compare = comparisons[kind] as (before: Side, after: Side, input: unknown) => unknown;
    return compare(await openSide(before), await openSide(after), input);
  },
);
