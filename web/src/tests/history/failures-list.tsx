import { Anchor } from '@mantine/core';
import { Link } from 'wouter';
import { StatusBadge } from '../../ui/status.tsx';
import { Time } from '../../ui/time.tsx';
import classes from '../test.module.css';
import type { FailureGroup } from './failures.ts';

/** The failures grouped by message, with their environments and counts. */
export function FailuresList({ failures }: { failures: FailureGroup[] }) {
  if (failures.length === 0) return <p className={classes.dim}>None in these runs.</p>;
  return (
    <ul className={classes.failures}>
      {failures.map(({ message, status, count, environments, latest, firstAt }) => (
        <li key={`${status} ${message}`}>
          <StatusBadge status={status}>
            {status} {count > 1 && `${count} times`}
          </StatusBadge>
          <div>
            <pre className={classes.message}>{message === '' ? 'No message' : message}</pre>
            <p className={classes.dim}>
              on {environments.join(', ')}; last{' '}
              <Anchor component={Link} href={`/runs/${latest.run}`}>
                in run {latest.run}
              </Anchor>
              , <Time at={latest.at} />
              {count > 1 && (
                <>
                  ; first <Time at={firstAt} />
                </>
              )}
            </p>
          </div>
        </li>
      ))}
    </ul>
  );
}
