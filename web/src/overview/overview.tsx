import { SegmentedControl, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useMemo, useRef } from 'react';
import { useQueryState } from '../ui/query-state.ts';
import { useShortcut } from '../ui/shortcuts.tsx';
import { QueryFallback } from '../ui/states.tsx';
import { useTitle } from '../ui/title.ts';
import { useVerdictAnnouncements } from './announce-verdicts.ts';
import { arrange } from './lanes/arrange.ts';
import { Lanes } from './lanes/lanes.tsx';
import { fittingSpan, spanOf, spans } from './lanes/spans.ts';
import { NoEnvironments } from './no-environments.tsx';
import classes from './overview.module.css';
import { overviewQuery } from './query.ts';
import { Summary } from './summary.tsx';
import { WaitingRuns } from './waiting.tsx';

/** Which runs execute where, and why the others wait. */
export default function Overview() {
  useTitle('Overview');
  const [spanName, setSpan] = useQueryState('span');
  const [filter, setFilter] = useQueryState('environment');
  const selectedSpan = spanOf(spanName);
  const { data, dataUpdatedAt, error, refetch } = useQuery(overviewQuery(selectedSpan));
  // Renders hundreds of lanes as a deferred update, so that the page stays responsive.
  const { overview, received } = useDeferredValue(
    useMemo(() => ({ overview: data, received: dataUpdatedAt }), [data, dataUpdatedAt]),
  );
  useVerdictAnnouncements(overview);

  const search = useRef<HTMLInputElement>(null);
  useShortcut('/', 'Filter environments', () => search.current?.focus());

  const lanes = useMemo(() => {
    const matches = overview?.lanes.filter(({ code, name }) => includesText(filter, code, name)) ?? [];
    return arrange(matches, overview?.queue ?? []);
  }, [overview?.lanes, overview?.queue, filter]);
  if (overview === undefined) return <QueryFallback what="the overview" query={{ error, refetch }} />;
  if (overview.lanes.length === 0) {
    return (
      <>
        <h1 className={classes.title}>Overview</h1>
        <NoEnvironments />
      </>
    );
  }
  const span = spanName === '' ? fittingSpan(overview) : selectedSpan;
  const queue = overview.queue.filter(
    ({ environment }) => filter === '' || lanes.some(({ code }) => code === environment),
  );
  return (
    <>
      <div className={classes.head}>
        <h1 className={classes.title}>Overview</h1>
        <Summary overview={overview} />
        <div className={classes.tools}>
          <TextInput
            ref={search}
            type="search"
            size="xs"
            className={classes.search}
            leftSection={<IconSearch size={14} aria-hidden />}
            placeholder={`Filter ${overview.lanes.length} environments`}
            aria-label="Filter environments by name"
            value={filter}
            onChange={(event) => setFilter(event.currentTarget.value)}
          />
          <SegmentedControl
            size="xs"
            aria-label="Time span"
            data={spans.map(({ name, label }) => ({ value: name, label }))}
            value={span.name}
            onChange={setSpan}
          />
        </div>
      </div>
      <Lanes overview={overview} lanes={lanes} received={received} span={span} />
      {lanes.length === 0 && <p className={classes.empty}>No environments match “{filter}”.</p>}
      {queue.length > 0 && <WaitingRuns overview={overview} queue={queue} />}
    </>
  );
}

function includesText(filter: string, ...texts: string[]): boolean {
  return texts.some((text) => text.toLowerCase().includes(filter.toLowerCase()));
}
