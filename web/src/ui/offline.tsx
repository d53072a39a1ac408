import { IconPlugConnectedX } from '@tabler/icons-react';
import { useConnection } from '../api/live-connection.tsx';
import { clockSeconds } from './format.ts';
import classes from './offline.module.css';

/** Says that what is shown may be old, for as long as the server does not answer. */
export function Offline() {
  const connection = useConnection();
  if (connection.state !== 'lost') return null;
  return (
    <div className={classes.offline} role="alert">
      <IconPlugConnectedX size={16} aria-hidden />
      The server does not answer since {clockSeconds(connection.since)}. What you see is from then; runs go
      on. Trying again by itself.
    </div>
  );
}
