import { useQuery } from '@tanstack/react-query';
import type { ProgressView } from '#src/operations/runs/progress.ts';
import { WaitReason } from '../queue/wait-reason.tsx';
import { clockSeconds, fullTime, relative } from '../ui/format.ts';
import { useNow } from '../ui/now.ts';
import { queueQuery } from './queries.ts';
import classes from './waiting.module.css';

/** The queue position of a queued run, the reason why it waits, and its expected start. */
export function QueueStatus({ progress: { run, position } }: { progress: ProgressView }) {
  const isQueued = run.state === 'queued';
  const { data: queue } = useQuery({ ...queueQuery, enabled: isQueued });
  const now = useNow(10_000);
  if (!isQueued) return null;
  const queuedRun = queue?.find(({ id }) => id === run.id);
  const reason = queuedRun?.waits.message ?? run.waitsFor?.message;
  const start = queuedRun?.expectedStartAt ? new Date(queuedRun.expectedStartAt) : undefined;
  return (
    <p className={classes.waiting}>
      {position !== null && (
        <span>
          {position === 1 ? 'Next' : <>Position {position}</>} in the queue of {run.environment}
        </span>
      )}
      {reason && (
        <span>
          Reason:{' '}
          <b>
            <WaitReason message={reason} run={queuedRun?.waits.run ?? null} />
          </b>
        </span>
      )}
      {run.retryAt && (
        <span title={fullTime(new Date(run.retryAt))}>Retry at {clockSeconds(new Date(run.retryAt))}</span>
      )}
      {start && (
        <span title={fullTime(start)}>Expected to start {start > now ? relative(start, now) : 'soon'}</span>
      )}
    </p>
  );
}
