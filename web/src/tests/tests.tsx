import { Anchor, Button, Select, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useRef, useState } from 'react';
import { Link } from 'wouter';
import { plural } from '../ui/format.ts';
import { useQueryState } from '../ui/query-state.ts';
import { useShortcut } from '../ui/shortcuts.tsx';
import { EmptyState, QueryFallback } from '../ui/states.tsx';
import { useTitle } from '../ui/title.ts';
import {
  conditions,
  filterTests,
  listTests,
  matchesCondition,
  type Sort,
  sorts,
  sortTests,
} from './listing.ts';
import { type Catalog, catalogQuery, statisticsQuery } from './queries.ts';
import { TestTable } from './test-table.tsx';
import classes from './tests.module.css';

/** The number of rows to render at a time. */
const pageSize = 200;

/** All tests of the catalog with their recent statistics. */
export default function Tests() {
  useTitle('Tests');
  const catalog = useQuery(catalogQuery);
  const statistics = useQuery(statisticsQuery);
  const [search, setSearch] = useQueryState('q');
  const [group, setGroup] = useQueryState('group');
  const [suite, setSuite] = useQueryState('suite');
  const [condition, setCondition] = useQueryState('state');
  const [sortName, setSort] = useQueryState('sort', 'name');
  const [maxRows, setMaxRows] = useState(pageSize);
  const [debouncedSearch] = useDebouncedValue(search, 80);

  const searchField = useRef<HTMLInputElement>(null);
  useShortcut('/', 'Search tests', () => searchField.current?.focus());

  const sort: Sort = sorts.find((each) => each === sortName) ?? 'name';
  const tests = useMemo(
    () => (catalog.data ? listTests(catalog.data, statistics.data?.tests ?? []) : []),
    [catalog.data, statistics.data],
  );
  const visibleTests = useMemo(
    () => sortTests(filterTests(tests, { search: debouncedSearch.trim(), group, suite, condition }), sort),
    [tests, debouncedSearch, group, suite, condition, sort],
  );

  if (!catalog.data) return <QueryFallback what="the catalog of tests" query={catalog} />;
  const { commit, groups, suites } = catalog.data;
  return (
    <>
      <div className={classes.head}>
        <h1>
          Tests <span className={classes.dim}>{tests.length.toLocaleString()}</span>
        </h1>
        <span className={classes.dim} title={commit.id}>
          at <code>{commit.id.slice(0, 7)}</code> {commit.subject}
        </span>
      </div>
      <div className={classes.filter}>
        <TextInput
          ref={searchField}
          size="xs"
          w={220}
          aria-label="Search by name or title"
          placeholder="Name or title"
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
        <Choice label="Group" all={groups} selected={group} onSelect={setGroup} />
        <Choice label="Suite" all={suites} selected={suite} onSelect={setSuite} />
        {conditions.map((each) => {
          const count = tests.filter((test) => matchesCondition(each, test)).length;
          if (count === 0 && condition !== each) return null;
          return (
            <Button
              key={each}
              size="compact-xs"
              variant={condition === each ? 'filled' : 'subtle'}
              aria-pressed={condition === each}
              onClick={() => setCondition(condition === each ? '' : each)}
            >
              {count.toLocaleString()} {each}
            </Button>
          );
        })}
        <span className={classes.dim} aria-live="polite">
          {visibleTests.length < tests.length && `${plural(visibleTests.length, 'test')} found`}
        </span>
        {group !== '' || suite !== '' ? (
          <Button
            component={Link}
            href={`/new?${new URLSearchParams(group === '' ? { suite } : { group })}`}
            size="compact-xs"
            variant="default"
            leftSection={<IconPlayerPlay size={13} aria-hidden />}
          >
            Run the {group === '' ? 'suite' : 'group'}
          </Button>
        ) : null}
      </div>
      {statistics.isError && (
        <p className={classes.dim} role="alert">
          Statistics are unavailable. Retrying automatically.
        </p>
      )}
      {visibleTests.length === 0 ? (
        <EmptyState title={tests.length === 0 ? 'The catalog has no tests' : 'No tests match these filters'}>
          {tests.length > 0 && (
            <Anchor component={Link} href="/tests" underline="always">
              Show all tests
            </Anchor>
          )}
        </EmptyState>
      ) : (
        <TestTable
          tests={visibleTests.slice(0, maxRows)}
          count={visibleTests.length}
          sort={sort}
          onSort={setSort}
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

interface ChoiceProps {
  label: string;
  all: Catalog['groups'];
  selected: string;
  onSelect: (name: string) => void;
}

function Choice({ label, all, selected, onSelect }: ChoiceProps) {
  return (
    <Select
      aria-label={label}
      placeholder={label}
      w={190}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': `Any ${label.toLowerCase()}` }}
      nothingFoundMessage="No matches"
      limit={200}
      data={all.map(({ name, tests }) => ({ value: name, label: `${name} (${tests})` }))}
      value={selected === '' ? null : selected}
      onChange={(name) => onSelect(name ?? '')}
    />
  );
}
