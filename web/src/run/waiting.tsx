import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { ProgressView } from '../../../src/operations/runs/progress.ts';
import { clockSeconds, fullTime, relative } from '../ui/format.ts';
import { useNow } from '../ui/now.ts';
import { queueQuery } from './queries.ts';
import classes from './waiting.module.css';

/** Where a queued run stands, why it does not run yet, and when it probably will. */
export function Waiting({ progress: { run, position } }: { progress: ProgressView }) {
  const isQueued = run.state === 'queued';
  const { data: queue } = useQuery({ ...queueQuery, enabled: isQueued });
  const now = useNow(10_000);
  if (!isQueued) return null;
  const own = queue?.find(({ id }) => id === run.id);
  const because = own?.waits.message ?? run.waitsFor?.message;
  const start = own?.expectedStartAt ? new Date(own.expectedStartAt) : undefined;
  return (
    <p className={classes.waiting}>
      {position !== null && (
        <span>
          {position === 1 ? 'The next' : <>Number {position}</>} in the queue of {run.environment}
        </span>
      )}
      {because && (
        <span>
          Waits because: <Because message={because} run={own?.waits.run ?? null} />
        </span>
      )}
      {run.retryAt && (
        <span title={fullTime(new Date(run.retryAt))}>
          Tried again at {clockSeconds(new Date(run.retryAt))}
        </span>
      )}
      {start && (
        <span title={fullTime(start)}>Starts {start > now ? relative(start, now) : 'soon'}, probably</span>
      )}
    </p>
  );
}

/** The number of the run in the sentence leads to it. */
function Because({ message, run }: { message: string; run: number | null }) {
  const [before = '', after = ''] = run === null ? [message] : message.split(String(run), 2);
  return (
    <b>
      {before}
      {run !== null && (
        <Anchor component={Link} href={`/runs/${run}`} underline="always">
          #{run}
        </Anchor>
      )}
      {after}
    </b>
  );
}
