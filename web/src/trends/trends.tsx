import { useQuery } from '@tanstack/react-query';
import type { DayTrend } from '#src/operations/trends/trends-view.ts';
import { duration } from '../ui/format.ts';
import { percent } from '../ui/percent.ts';
import { useQueryState } from '../ui/query-state.ts';
import { EmptyState, QueryFallback } from '../ui/states.tsx';
import { useTitle } from '../ui/title.ts';
import { Plot } from './plot.tsx';
import { type Trends as TrendsData, trendsQuery } from './queries.ts';
import { daysBetween } from './scale.ts';
import { TestLists } from './test-lists.tsx';
import { TrendFilters } from './trend-filters.tsx';
import { DayTable, EnvironmentTable } from './trend-tables.tsx';
import classes from './trends.module.css';

/** How pass rate, flakiness, durations and waiting develop, and which tests are slow, grew, or never fail. */
export default function Trends() {
  useTitle('Trends');
  const [environment, setEnvironment] = useQueryState('environment');
  const [group, setGroup] = useQueryState('group');
  const [module, setModule] = useQueryState('module');
  const [days, setDays] = useQueryState('days', '56');
  const filter = { environment, group, module, days };
  const { data, error, refetch, isPlaceholderData } = useQuery(trendsQuery(filter));
  return (
    <div className={classes.view}>
      <div className={classes.head}>
        <h1>Trends</h1>
        <TrendFilters
          filter={filter}
          onChange={{ environment: setEnvironment, group: setGroup, module: setModule, days: setDays }}
        />
      </div>
      {/* An error of a new filter, such as a group without tests, is shown instead of the old answer. */}
      {data && !error ? (
        <div className={classes.view} aria-busy={isPlaceholderData}>
          <Results trends={data} hasFilter={group !== '' || module !== ''} />
        </div>
      ) : (
        <QueryFallback what="the trends" query={{ error, refetch }} />
      )}
    </div>
  );
}

function Results({ trends, hasFilter }: { trends: TrendsData; hasFilter: boolean }) {
  if (trends.days.length === 0) {
    return (
      <EmptyState title="No finished runs in this time">
        Choose more days or another filter. Each finished run adds to its day.
      </EmptyState>
    );
  }
  return (
    <>
      <Plots trends={trends} hasFilter={hasFilter} />
      <details className={classes.details}>
        <summary>All days as a table</summary>
        <DayTable days={trends.days.toReversed()} />
      </details>
      <TestLists trends={trends} />
      {trends.environments.length > 1 && <EnvironmentTable environments={trends.environments} />}
    </>
  );
}

function Plots({ trends, hasFilter }: { trends: TrendsData; hasFilter: boolean }) {
  const today = new Date().toISOString().slice(0, 10);
  const axis = { since: trends.since, days: daysBetween(trends.since, today) + 1 };
  const pointsOf = (figure: (day: DayTrend) => number | null) =>
    trends.days.flatMap((day) => {
      const value = figure(day);
      return value === null ? [] : [{ day: day.day, value }];
    });
  return (
    <div className={classes.plots}>
      <Plot
        {...{ ...axis, title: 'Pass rate', description: 'of what passed or failed', kind: 'passed' }}
        unit="share"
        points={pointsOf(({ passRate }) => passRate)}
        text={percent}
      />
      <Plot
        {...{
          ...axis,
          title: 'Flaky',
          description: 'failed first, passed in a later attempt',
          kind: 'flaky',
        }}
        unit="share"
        points={pointsOf(({ flakiness }) => flakiness)}
        text={percent}
      />
      <Plot
        {...{ ...axis, title: 'Duration', description: hasFilter ? 'mean of a test' : 'mean of a run' }}
        kind="plain"
        unit="duration"
        points={pointsOf(({ testMs, durationMs }) => (hasFilter ? testMs : durationMs))}
        text={duration}
      />
      <Plot
        {...{ ...axis, title: 'Waiting', description: 'mean of a run, from its submission to its start' }}
        kind="plain"
        unit="duration"
        points={pointsOf(({ waitingMs }) => waitingMs)}
        text={duration}
      />
    </div>
  );
}
