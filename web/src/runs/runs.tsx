import { Anchor, Button } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import type { listEnvironments } from '#src/operations/environments/environments.ts';
import type { listRuns } from '#src/operations/runs/list-runs.ts';
import { get } from '../api/request.ts';
import { NameSelect } from '../ui/name-select.tsx';
import { PageButtons } from '../ui/page-buttons.tsx';
import { useQueryState } from '../ui/query-state.ts';
import { EmptyState, QueryFallback } from '../ui/states.tsx';
import { StatusChoice, StatusChoices } from '../ui/status-choices.tsx';
import { useTitle } from '../ui/title.ts';
import { CompareBar, type ComparedIds } from './compare-choice.tsx';
import { statusFilters, statusQuery } from './listing.ts';
import classes from './runs.module.css';
import { RunsTable } from './runs-table.tsx';

const pageLength = 50;

/** All runs, newest first. */
export default function Runs() {
  useTitle('Runs');
  const [environment, setEnvironment] = useQueryState('environment');
  const [status, setStatus] = useQueryState('status');
  const [before, setBefore] = useQueryState('before');
  const [compared, setCompared] = useState<ComparedIds>([]);
  const query = { environment, ...statusQuery(status), before, limit: pageLength };
  const { data, error, refetch, isPlaceholderData } = useQuery({
    queryKey: ['runs', query],
    queryFn: ({ signal }) => get<typeof listRuns>('/api/runs', { query, signal }),
    placeholderData: keepPreviousData,
  });

  const changeFilter = (change: () => void) => {
    change();
    // A new filter starts at the first page.
    setBefore('');
  };
  return (
    <>
      <div className={classes.head}>
        <h1>Runs</h1>
        <StatusChoices>
          {(['', ...statusFilters] as const).map((each) => (
            <StatusChoice
              key={each}
              status={each === '' ? undefined : each}
              label={each === '' ? 'All' : each.charAt(0).toUpperCase() + each.slice(1)}
              isSelected={status === each}
              onSelect={() => changeFilter(() => setStatus(each))}
            />
          ))}
        </StatusChoices>
        <EnvironmentSelect
          selected={environment}
          onSelect={(code) => changeFilter(() => setEnvironment(code))}
        />
      </div>
      {!data && <QueryFallback what="the runs" query={{ error, refetch }} />}
      {data?.runs.length === 0 && (
        <NoRuns isFiltered={environment !== '' || status !== ''} isOlderPage={before !== ''} />
      )}
      {data && data.runs.length > 0 && (
        <div aria-busy={isPlaceholderData}>
          <CompareBar chosen={compared} onChange={setCompared} />
          <RunsTable runs={data.runs} compared={compared} onCompare={setCompared} />
        </div>
      )}
      {data && <PageButtons before={before} next={data.next} onChange={setBefore} />}
    </>
  );
}

function EnvironmentSelect({ selected, onSelect }: { selected: string; onSelect: (code: string) => void }) {
  const { data } = useQuery({
    queryKey: ['environments', 'list'],
    queryFn: ({ signal }) => get<typeof listEnvironments>('/api/environments', { signal }),
  });
  const names = data?.environments.map(({ code }) => code) ?? [];
  return (
    <NameSelect
      label="Environment"
      all="All environments"
      className={classes.environment}
      {...{ names, selected, onSelect }}
    />
  );
}

function NoRuns({ isFiltered, isOlderPage }: { isFiltered: boolean; isOlderPage: boolean }) {
  if (isOlderPage) return <EmptyState title="No older runs" />;
  if (isFiltered) {
    return (
      <EmptyState title="No runs match these filters">
        <Anchor component={Link} href="/runs">
          Show all runs
        </Anchor>
      </EmptyState>
    );
  }
  return (
    <EmptyState
      title="No runs yet"
      action={
        <Button component={Link} href="/new" size="sm">
          Start the first run
        </Button>
      }
    >
      Choose environments and tests, here or with <code>matre run</code>. The run appears here as soon as it
      is submitted.
    </EmptyState>
  );
}
