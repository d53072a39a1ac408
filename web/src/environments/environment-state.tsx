import { IconLock, IconPlayerPauseFilled } from '@tabler/icons-react';
import { reservationText } from '../reservations/reservation-text.ts';
import { approxDuration } from '../ui/format.ts';
import { StatusBadge } from '../ui/status.tsx';
import classes from './environment-state.module.css';
import type { Lane } from './queries.ts';

/** The state of an environment in a few words: running, paused, waiting or idle. */
export function EnvironmentState({
  lane,
}: {
  lane: Pick<Lane, 'running' | 'paused' | 'queued' | 'reservations'>;
}) {
  const { running, paused, queued } = lane;
  const reservation = lane.reservations.find(({ state }) => state === 'active');
  if (running) {
    return (
      <StatusBadge status="running">
        <span className={classes.number}>#{running.id}</span>
        <span className={classes.number}>{Math.round(running.percent)}%</span>
        {running.msLeft !== null && <span>{approxDuration(running.msLeft)} left</span>}
        {paused && <span className={classes.paused}>paused</span>}
      </StatusBadge>
    );
  }
  if (paused) {
    return (
      <span className={classes.paused} title={paused.reason}>
        <IconPlayerPauseFilled size={12} aria-hidden />
        paused
      </span>
    );
  }
  if (reservation) {
    return (
      <span className={classes.paused} title={reservationText(reservation)}>
        <IconLock size={12} aria-hidden />
        reserved
      </span>
    );
  }
  if (queued > 0) return <StatusBadge status="queued">waiting</StatusBadge>;
  return <span className={classes.idle}>idle</span>;
}
