import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { RunView } from '#src/operations/core/views.ts';
import { StatusBadge, statusOfRun } from '../ui/status.tsx';
import classes from './head.module.css';
import { retriesQuery } from './queries.ts';

/** The retries of a run with their statuses. */
export function Retries({ run }: { run: RunView }) {
  const { data: retries = [] } = useQuery(retriesQuery(run.id, run.environment));
  if (retries.length === 0) return null;
  return (
    <div className={classes.fact}>
      <dt>Retried as</dt>
      <dd className={classes.retries}>
        {retries.map((retry) => (
          <span key={retry.id}>
            <Anchor component={Link} href={`/runs/${retry.id}`}>
              #{retry.id}
            </Anchor>{' '}
            <StatusBadge status={statusOfRun(retry)} />
          </span>
        ))}
      </dd>
    </div>
  );
}
