import { Anchor } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { Link } from 'wouter';
import { shortCommit } from '../ui/format.ts';
import { EmptyState, QueryFallback } from '../ui/states.tsx';
import { useTitle } from '../ui/title.ts';
import { filterTests, listTests, sortTests } from './listing.ts';
import { catalogQuery, statisticsQuery } from './queries.ts';
import { TestFilter } from './test-filter.tsx';
import { TestTable } from './test-table.tsx';
import classes from './tests.module.css';
import { useTestFilter } from './use-test-filter.ts';

/** All tests of the catalog with their recent statistics. */
export default function Tests() {
  useTitle('Tests');
  const catalog = useQuery(catalogQuery);
  const statistics = useQuery(statisticsQuery);
  const filter = useTestFilter();
  const tests = useMemo(
    () => (catalog.data ? listTests(catalog.data, statistics.data?.tests ?? []) : []),
    [catalog.data, statistics.data],
  );
  const { search, group, suite, condition, sort } = filter;
  const [debouncedSearch] = useDebouncedValue(search, 80);
  const visibleTests = useMemo(
    () => sortTests(filterTests(tests, { search: debouncedSearch.trim(), group, suite, condition }), sort),
    [tests, debouncedSearch, group, suite, condition, sort],
  );

  if (!catalog.data) return <QueryFallback what="the catalog of tests" readsTests query={catalog} />;
  const { commit, playwright } = catalog.data;
  return (
    <>
      <div className={classes.head}>
        <h1>
          Tests <span className={classes.dim}>{tests.length.toLocaleString()}</span>
        </h1>
        <span className={classes.dim} title={commit.id}>
          at <code>{shortCommit(commit.id)}</code> {commit.subject}
        </span>
        {playwright && (
          <span className={classes.dim} title={playwright.commit}>
            those of Playwright at <code>{shortCommit(playwright.commit)}</code>
          </span>
        )}
        <Anchor component={Link} href="/quarantines">
          Quarantines
        </Anchor>
        <Anchor component={Link} href="/lint">
          Lint
        </Anchor>
        <Anchor component={Link} href="/used-by">
          Used by
        </Anchor>
      </div>
      <TestFilter catalog={catalog.data} tests={tests} visible={visibleTests.length} filter={filter} />
      {statistics.isError && (
        <p className={classes.dim} role="alert">
          Statistics are unavailable. Retrying automatically.
        </p>
      )}
      {visibleTests.length === 0 ? (
        <NoTests isCatalogEmpty={tests.length === 0} />
      ) : (
        <TestTable tests={visibleTests} sort={sort} onSort={filter.setSort} />
      )}
    </>
  );
}

function NoTests({ isCatalogEmpty }: { isCatalogEmpty: boolean }) {
  return (
    <EmptyState title={isCatalogEmpty ? 'The catalog has no tests' : 'No tests match these filters'}>
      {!isCatalogEmpty && (
        <Anchor component={Link} href="/tests">
          Show all tests
        </Anchor>
      )}
    </EmptyState>
  );
}
