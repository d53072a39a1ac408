import { memo, useMemo } from 'react';
import type { LaneView, QueuedView } from '#src/operations/overview/overview-view.ts';
import { addressOf } from '../../base-path.ts';
import { reservationText } from '../../reservations/reservation-text.ts';
import { approxDuration, clock } from '../../ui/format.ts';
import { LongText } from '../../ui/long-text/long-text.tsx';
import { Bar } from './bar.tsx';
import { Cluster, type OpenedCluster } from './cluster.tsx';
import { LaneState } from './lane-state.tsx';
import classes from './lanes.module.css';
import { cluster, layOutLane } from './layout.ts';

/** `~25 min` fits from this width on. */
const minEstimatePx = 56;

interface Props {
  lane: LaneView;
  queue: readonly QueuedView[];
  anchor: number;
  /** The server time of this state, in seconds from the anchor. */
  at: number;
  pxPerSecond: number;
  /** The end of the axis in seconds from the anchor, when it is in the past: then what begins later is not drawn. */
  until: number | undefined;
  onOpenCluster: (cluster: OpenedCluster) => void;
}

/** An environment with its past, running and queued runs. */
export const Lane = memo(function Lane(props: Props) {
  const { lane, queue, anchor, at, pxPerSecond, until } = props;
  const pieces = useMemo(() => {
    const all = layOutLane(lane, queue, { anchor, at: anchor + at * 1000 });
    return until === undefined ? all : all.filter((piece) => 'start' in piece && piece.start < until);
  }, [lane, queue, anchor, at, until]);
  const drawnPieces = useMemo(() => cluster(pieces, pxPerSecond), [pieces, pxPerSecond]);
  const last = pieces.findLast((piece) => piece.kind === 'run')?.bar;
  const lastBroken = last?.verdict === 'broken' && !lane.paused ? last : undefined;
  return (
    <li className={classes.lane}>
      <a
        href={addressOf(`/environments/${lane.code}`)}
        className={classes.label}
        title={`${lane.code}: ${lane.name}`}
      >
        <span className={classes.code}>
          <LongText text={lane.code} />
        </span>
        <LaneState lane={lane} next={queue[0]} />
      </a>
      <div className={classes.track}>
        {drawnPieces.map((piece) => (
          <Piece key={keyOf(piece)} piece={piece} last={last} {...props} />
        ))}
        {lastBroken?.finishedAt && (
          <span
            className={classes.after}
            style={{ '--start': (Date.parse(lastBroken.finishedAt) - anchor) / 1000 }}
            data-status="broken"
            aria-hidden
          >
            {lastBroken.reason?.toLowerCase().replaceAll('_', ' ')}
          </span>
        )}
      </div>
    </li>
  );
});

type DrawnPiece = ReturnType<typeof cluster>[number];

function keyOf(piece: DrawnPiece): string | number {
  switch (piece.kind) {
    case 'run':
      return piece.bar.id;
    case 'cluster':
      return piece.runs[0].bar.id;
    case 'queued':
      return piece.run.id;
    case 'reserved':
      return `reservation ${piece.reservation.id}`;
    default:
      return piece.kind;
  }
}

interface PieceProps extends Props {
  piece: DrawnPiece;
  /** The last run of the lane. */
  last: Extract<DrawnPiece, { kind: 'run' }>['bar'] | undefined;
}

/** What a lane has at some time. */
function Piece({ piece, last, lane, queue, at, pxPerSecond, onOpenCluster }: PieceProps) {
  switch (piece.kind) {
    case 'run':
      return (
        <Bar
          piece={piece}
          environment={lane.code}
          pxPerSecond={pxPerSecond}
          now={at}
          isStop={piece.bar === last}
        />
      );
    case 'cluster':
      return (
        <Cluster
          runs={piece.runs}
          environment={lane.code}
          isStop={piece.runs.at(-1)?.bar === last}
          onOpen={onOpenCluster}
        />
      );
    case 'expected':
      return (
        <span
          className={classes.expected}
          style={{ '--end': piece.end ?? at }}
          data-alone={queue.length === 0 || undefined}
          aria-hidden
        >
          {lane.running?.msLeft != null &&
            (lane.running.msLeft / 1000) * pxPerSecond >= minEstimatePx &&
            approxDuration(lane.running.msLeft)}
        </span>
      );
    case 'queued':
      return <QueuedBar piece={piece} pxPerSecond={pxPerSecond} />;
    case 'reserved':
      return (
        <span
          className={classes.reserved}
          style={{ '--start': piece.start, '--end': piece.end }}
          data-planned={piece.reservation.begunAt === null || undefined}
          title={reservationText(piece.reservation)}
        >
          <span>{reservationText(piece.reservation)}</span>
        </span>
      );
    case 'paused':
      return (
        <span className={classes.paused} style={{ '--start': piece.start }}>
          <span title={pausedText(lane)}>{pausedText(lane)}</span>
        </span>
      );
    default:
      return null;
  }
}

const pausedText = ({ paused }: LaneView) =>
  `paused since ${clock(new Date(paused?.since ?? 0))}: ${paused?.reason}`;

function QueuedBar({
  piece: { run, start, end },
  pxPerSecond,
}: {
  piece: { run: QueuedView; start: number; end: number | undefined };
  pxPerSecond: number;
}) {
  return (
    <a
      href={addressOf(`/runs/${run.id}`)}
      className={classes.queued}
      style={{ '--start': start, '--end': end ?? start }}
      data-open={end === undefined || undefined}
      tabIndex={-1}
      aria-label={`#${run.id} ${run.summary}: waiting, ${run.waits.message}`}
      title={`#${run.id} ${run.summary}: ${run.waits.message}`}
    >
      {(end === undefined || (end - start) * pxPerSecond >= 28) && `#${run.id}`}
    </a>
  );
}
