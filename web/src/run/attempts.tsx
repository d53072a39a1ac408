import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { RunView } from '#src/operations/core/views.ts';
import type { showRun } from '#src/operations/runs/run-record.ts';
import type { OutputOf } from '../api/request.ts';
import { clockSeconds, fullTime, plural } from '../ui/format.ts';
import { LongText } from '../ui/long-text/long-text.tsx';
import { useQueryState } from '../ui/query-state.ts';
import { StatusBadge, statusOfRun } from '../ui/status.tsx';
import { type Column, DataTable } from '../ui/table/data-table.tsx';
import { Elapsed, Time } from '../ui/time.tsx';
import classes from './head.module.css';
import { recordQuery, retriesQuery } from './queries.ts';

const recordId = 'attempts';

function useAttemptsShown(): [boolean, (shown: boolean) => void] {
  const [shown, setShown] = useQueryState('attempts');
  return [shown === 'shown', (next) => setShown(next ? 'shown' : '')];
}

/** The number of attempts; shows or hides the table of attempts. */
export function AttemptsFact({ run }: { run: RunView }) {
  const [isShown, setShown] = useAttemptsShown();
  return (
    <div className={classes.fact}>
      <dt>{run.attempt === 1 ? 'Attempt' : 'Attempts'}</dt>
      <dd>
        <Anchor
          component="button"
          aria-expanded={isShown}
          aria-controls={recordId}
          onClick={() => setShown(!isShown)}
        >
          {run.attempt}
        </Anchor>
      </dd>
    </div>
  );
}

export function Attempts({ run }: { run: RunView }) {
  const [isShown] = useAttemptsShown();
  return <div id={recordId}>{isShown && <Record run={run} />}</div>;
}

type Attempt = OutputOf<typeof showRun>['attempts'][number];

const columns: Column<Attempt>[] = [
  { name: 'Attempt', width: 'fit', value: ({ attempt }) => attempt },
  {
    name: 'Worker',
    width: 8,
    value: ({ workerId }) => (
      <code>
        <LongText text={workerId} />
      </code>
    ),
  },
  { name: 'Started', width: 'fit', value: ({ startedAt }) => <Time at={startedAt} as="clock" /> },
  {
    name: 'Duration',
    width: 'fit',
    value: ({ startedAt, endedAt }) => <Elapsed since={startedAt} until={endedAt} />,
  },
  {
    name: 'Outcome',
    width: 14,
    wraps: true,
    value: ({ outcome, reason }) => (
      <>
        {outcome === 'handed-back' ? 'requeued' : (outcome ?? 'running')}
        {reason && (
          <>
            : {reason.message} <code>{reason.code}</code>
          </>
        )}
      </>
    ),
  },
];

function Record({ run: { id, environment } }: { run: RunView }) {
  const { data, error } = useQuery(recordQuery(id));
  const { data: retries = [] } = useQuery(retriesQuery(id, environment));
  if (!data) return <p>{error ? error.message : 'Loading attempts.'}</p>;
  return (
    <>
      <DataTable label="Attempts" rows={data.attempts} rowKey={({ attempt }) => attempt} columns={columns} />
      {retries.length > 0 && (
        <p>
          In new runs:{' '}
          {retries.map((retry) => (
            <span key={retry.id}>
              <Anchor component={Link} href={`/runs/${retry.id}`}>
                #{retry.id}
              </Anchor>{' '}
              <StatusBadge status={statusOfRun(retry)} />{' '}
            </span>
          ))}
        </p>
      )}
      {data.events.length > 0 && (
        <details>
          <summary>{plural(data.events.length, 'event')}</summary>
          <ul className={classes.events}>
            {data.events.map(({ at, code, message }) => (
              <li key={`${at} ${code} ${message}`}>
                <time dateTime={at} title={fullTime(new Date(at))}>
                  {clockSeconds(new Date(at))}
                </time>{' '}
                {message} <code>{code}</code>
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
