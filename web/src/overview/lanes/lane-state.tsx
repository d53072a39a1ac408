import { IconLock, IconPlayerPause } from '@tabler/icons-react';
import type { LaneView, QueuedView } from '#src/operations/overview/overview-view.ts';
import { reservationText } from '../../reservations/reservation-text.ts';
import { approxDuration, clock } from '../../ui/format.ts';
import { StatusSign } from '../../ui/status.tsx';
import { Time } from '../../ui/time.tsx';
import classes from './lanes.module.css';

interface Props {
  lane: LaneView;
  next: QueuedView | undefined;
}

/** What an environment does now, else the result of its newest run. In the column of the names. */
export function LaneState({ lane, next }: Props) {
  const { paused, running, queued } = lane;
  const reservation = lane.reservations.find(({ state }) => state === 'active');
  return (
    <span className={classes.state}>
      {running ? (
        <Running running={running} phase={lane.bars.at(-1)?.phase} />
      ) : paused ? (
        <span data-status="paused" title={paused.reason}>
          <IconPlayerPause size={13} aria-hidden /> paused
          <span className={classes.detail}>: {paused.reason}</span>
        </span>
      ) : reservation ? (
        <span data-status="paused" title={reservationText(reservation)}>
          <IconLock size={13} aria-hidden /> reserved
          <span className={classes.detail}>
            : {reservation.owner}
            {reservation.endsAt && ` until ${clock(new Date(reservation.endsAt))}`}
          </span>
        </span>
      ) : (
        <Latest lane={lane} />
      )}
      {queued > 0 && (
        <span data-status="queued" title={[`${queued} waiting`, next?.waits.message].join(': ')}>
          <StatusSign status="queued" size={12} /> {queued}
          <span className={classes.hidden}> waiting</span>
          {!running && next?.expectedStartAt && ` · ~${clock(new Date(next.expectedStartAt))}`}
        </span>
      )}
    </span>
  );
}

function Running({
  running,
  phase,
}: {
  running: NonNullable<LaneView['running']>;
  phase: string | null | undefined;
}) {
  const { done, planned, percent, msLeft } = running;
  return (
    <span data-status="running" title={`${done} of ${planned} tests`}>
      <StatusSign status="running" size={12} />{' '}
      {phase === 'preparing' || phase === 'generating' ? phase : `${Math.round(percent)}%`}
      {msLeft !== null && <span className={classes.detail}> · {approxDuration(msLeft)} left</span>}
    </span>
  );
}

function Latest({ lane: { latest, queued } }: { lane: LaneView }) {
  if (latest === null) return <span className={classes.dim}>not run yet</span>;
  const { verdict, counts, finishedAt } = latest;
  return (
    <span data-status={verdict}>
      <StatusSign status={verdict} size={13} /> {verdict}
      <span className={classes.detail}>
        {verdict === 'failed' && ` ${counts.failed} of ${counts.planned}`}
        {/* No room beside the number of waiting runs. */}
        {queued === 0 && (
          <>
            {' '}
            · <Time at={finishedAt} />
          </>
        )}
      </span>
    </span>
  );
}
