import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useMemo, useRef } from 'react';
import type { RunView } from '#src/operations/core/views.ts';
import type { RunResultsView, TestResultView } from '#src/operations/results/results-view.ts';
import { useQueryState } from '../../ui/query-state.ts';
import { useShortcut } from '../../ui/shortcuts.tsx';
import { EmptyState, QueryFallback } from '../../ui/states.tsx';
import { resultsQuery } from '../queries.ts';
import { arrange, type Filter, filters, type ListOptions, type Order, orders } from './arrange.ts';
import { TestFilters } from './test-filters.tsx';
import { TestList } from './test-list.tsx';

interface Props {
  run: RunView;
  /** Shows a test in the log. */
  onLog: (test: TestResultView) => void;
}

/** The tests of the run, failures first. */
export function RunTests({ run, onLog }: Props) {
  const { data: results, error, refetch } = useQuery(resultsQuery(run.id));
  if (!results) return <QueryFallback what="the tests" query={{ error, refetch }} />;
  if (results.tests.length === 0) return <NoTests run={run} />;
  return <TestResults run={run} results={results} onLog={onLog} />;
}

function TestResults({ run, results, onLog }: Props & { results: RunResultsView }) {
  const { filter: options, change } = useFilter();
  const search = useRef<HTMLInputElement>(null);
  useShortcut('/', 'Search tests', () => search.current?.focus());

  // Keeps typing responsive with thousands of tests: the list is a deferred update.
  const deferredSearch = useDeferredValue(options.search);
  const { filter, order, byCause } = options;
  const rows = useMemo(
    () => arrange(results.tests, results.causes, { filter, search: deferredSearch, order, byCause }),
    [results, filter, deferredSearch, order, byCause],
  );
  const hasSharedCause = results.causes.some(({ tests }) => tests.length > 1);
  return (
    <section aria-labelledby="tests">
      <TestFilters
        run={run}
        counts={results.counts}
        filter={options}
        onChange={change}
        hasCauses={hasSharedCause && order === 'status'}
        searchRef={search}
      />
      {rows.length === 0 ? (
        <EmptyState title="No tests match these filters">
          {options.search === ''
            ? filter === 'waiting' && run.state === 'finished'
              ? 'Every test has a result.'
              : `No test is ${filter}.`
            : `No name or message contains "${options.search}".`}
        </EmptyState>
      ) : (
        <TestList run={run} rows={rows} onLog={onLog} />
      )}
    </section>
  );
}

/** The filter in the query string. */
function useFilter(): { filter: ListOptions; change: (filter: Partial<ListOptions>) => void } {
  const [status, setStatus] = useQueryState('status');
  const [search, setSearch] = useQueryState('search');
  const [sort, setSort] = useQueryState('sort', 'status');
  const [group, setGroup] = useQueryState('group', 'cause');
  const filter: ListOptions = {
    filter: filters.includes(status as Filter) ? (status as Filter) : '',
    search,
    order: sort in orders ? (sort as Order) : 'status',
    byCause: group === 'cause',
  };
  const change = (next: Partial<ListOptions>) => {
    if (next.filter !== undefined) setStatus(next.filter);
    if (next.search !== undefined) setSearch(next.search);
    if (next.order !== undefined) setSort(next.order);
    if (next.byCause !== undefined) setGroup(next.byCause ? 'cause' : 'none');
  };
  return { filter, change };
}

function NoTests({ run }: { run: RunView }) {
  if (run.state === 'queued') {
    return (
      <EmptyState title="Not started yet">
        The tests appear here once a worker has read them from the test module.
      </EmptyState>
    );
  }
  if (run.state === 'running') {
    return <EmptyState title="No tests yet">The tests appear here once the container is ready.</EmptyState>;
  }
  return (
    <EmptyState title="No tests were executed">
      {run.verdict === 'cancelled'
        ? 'The run was cancelled before its first test.'
        : 'The reason is shown above; the log has the details.'}
    </EmptyState>
  );
}
