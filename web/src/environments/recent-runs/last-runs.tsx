import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { plural } from '../../ui/format.ts';
import { QueryFallback } from '../../ui/states.tsx';
import { statusOfRun } from '../../ui/status.tsx';
import classes from '../environment.module.css';
import { lastRunsQuery } from '../queries.ts';
import { RunBars } from './run-strip.tsx';

const maxRuns = 30;

/** The last runs of an environment as bars, with the number that passed. */
export function LastRuns({ code }: { code: string }) {
  const runs = useQuery(lastRunsQuery(code, maxRuns));
  if (!runs.data) return <QueryFallback what="the last runs" query={runs} />;
  // Queued runs are listed above and have no duration.
  const started = runs.data.runs.filter(({ state }) => state !== 'queued').reverse();
  const finished = started.filter(({ state }) => state === 'finished').map(statusOfRun);
  const passed = finished.filter((status) => status === 'passed').length;
  return (
    <section className={classes.section} aria-labelledby="last-runs">
      <div className={classes.sectionHead}>
        <h2 id="last-runs">Last runs</h2>
        {finished.length > 0 && (
          <span className={classes.dim}>
            {passed} of {finished.length} passed
          </span>
        )}
        {started.length > 0 && (
          <Anchor component={Link} href={`/runs?environment=${code}`} className={classes.dim}>
            All runs
          </Anchor>
        )}
      </div>
      {started.length > 0 ? (
        <RunBars runs={started} />
      ) : (
        <p className={classes.dim}>
          {runs.data.runs.length > 0
            ? `None yet; ${plural(runs.data.runs.length, 'run')} waiting.`
            : 'None yet.'}
        </p>
      )}
    </section>
  );
}
