import { IconPlugConnectedX } from '@tabler/icons-react';
import { useConnection } from '../api/live-connection.tsx';
import { runsDuringOutage } from '../api/outage.ts';
import { clockSeconds } from './format.ts';
import classes from './offline.module.css';

/** A banner while the server is unreachable: the page may be outdated. */
export function OfflineBanner() {
  const connection = useConnection();
  if (connection.state !== 'lost') return null;
  return (
    <div className={classes.offline} role="alert">
      <IconPlugConnectedX size={16} aria-hidden />
      Server unreachable since {clockSeconds(connection.since)}. This page may be outdated.{' '}
      {runsDuringOutage()} Retrying automatically.
    </div>
  );
}
