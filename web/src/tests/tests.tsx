import { Anchor, Button } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { Link } from 'wouter';
import { plural, shortCommit } from '../ui/format.ts';
import { EmptyState, QueryFallback } from '../ui/states.tsx';
import { useTitle } from '../ui/title.ts';
import { filterTests, listTests, sortTests } from './listing.ts';
import { catalogQuery, statisticsQuery } from './queries.ts';
import { TestFilter } from './test-filter.tsx';
import { TestTable } from './test-table.tsx';
import classes from './tests.module.css';
import { useTestFilter } from './use-test-filter.ts';

/** The number of rows to render at a time. */
const pageSize = 200;

/** All tests of the catalog with their recent statistics. */
export default function Tests() {
  useTitle('Tests');
  const catalog = useQuery(catalogQuery);
  const statistics = useQuery(statisticsQuery);
  const filter = useTestFilter();
  const [maxRows, setMaxRows] = useState(pageSize);
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

  if (!catalog.data) return <QueryFallback what="the catalog of tests" query={catalog} />;
  const { commit } = catalog.data;
  return (
    <>
      <div className={classes.head}>
        <h1>
          Tests <span className={classes.dim}>{tests.length.toLocaleString()}</span>
        </h1>
        <span className={classes.dim} title={commit.id}>
          at <code>{shortCommit(commit.id)}</code> {commit.subject}
        </span>
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
        <TestTable
          tests={visibleTests.slice(0, maxRows)}
          count={visibleTests.length}
          sort={sort}
          onSort={filter.setSort}
        />
      )}
      {visibleTests.length > maxRows && (
        <Button variant="default" mt="sm" onClick={() => setMaxRows(maxRows + pageSize)}>
          Show {Math.min(pageSize, visibleTests.length - maxRows)} more of{' '}
          {plural(visibleTests.length, 'test')}
        </Button>
      )}
    </>
  );
}

function NoTests({ isCatalogEmpty }: { isCatalogEmpty: boolean }) {
  return (
    <EmptyState title={isCatalogEmpty ? 'The catalog has no tests' : 'No tests match these filters'}>
      {!isCatalogEmpty && (
        <Anchor component={Link} href="/tests" underline="always">
          Show all tests
        </Anchor>
      )}
    </EmptyState>
  );
}
