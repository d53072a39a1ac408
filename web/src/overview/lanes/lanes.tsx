import { type Ref, useMemo, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import type { LaneView, OverviewView, QueuedView } from '#src/operations/overview/overview-view.ts';
import { followLinks } from '../../ui/follow-links.ts';
import { useNow } from '../../ui/now.ts';
import { useWidth } from '../../ui/width.ts';
import { BarCard } from './bar-card.tsx';
import type { OpenedCluster } from './cluster.tsx';
import { ClusterList } from './cluster-list.tsx';
import { moveAmongBars } from './keys.ts';
import { Lane } from './lane.tsx';
import classes from './lanes.module.css';
import { byEnvironment, layOutTicks, type Tick } from './layout.ts';
import type { Span } from './spans.ts';

/** Labels of the axis closer than this to the "now" label are hidden. */
const nowLabelPx = 40;
const nothingQueued: QueuedView[] = [];

interface Props {
  overview: OverviewView;
  lanes: readonly LaneView[];
  /** When the page received the overview, by its own clock. */
  received: number;
  span: Span;
  /** The end of the axis, when it is in the past. */
  until: Date | undefined;
}

/** One lane per environment on a shared time axis. */
export function Lanes({ overview, lanes, received, span, until }: Props) {
  const [anchor] = useState(() => Math.floor(Date.parse(overview.at) / 3_600_000) * 3_600_000);
  const [cluster, setCluster] = useState<OpenedCluster>();
  const [, go] = useLocation();
  const axis = useRef<HTMLDivElement>(null);
  const board = useRef<HTMLElement>(null);
  const width = useWidth(axis);
  const all = (span.past + span.ahead) / 1000;
  const pxPerSecond = width / all;

  // Once per pixel that the "now" line moves.
  const localNow = useNow(Math.max(1_000, Math.round(1_000 / Math.max(pxPerSecond, 0.001))));
  // The local clock may be wrong, so it only measures elapsed time.
  const now = (Date.parse(overview.at) + Math.max(0, localNow.getTime() - received) - anchor) / 1000;
  const end = until === undefined ? undefined : (until.getTime() - anchor) / 1000;
  const from = end === undefined ? now - span.past / 1000 : end - all;
  const ticks = layOutTicks({ from, to: from + all, anchor }, { widthPx: width, apartPx: 64 });
  const queues = useMemo(() => byEnvironment(overview.queue), [overview.queue]);
  const at = (Date.parse(overview.at) - anchor) / 1000;

  return (
    <>
      {/* The arrow keys move between bars, which are links and work without them. */}
      <section
        ref={board}
        className={classes.board}
        style={{ '--from': from, '--span': all, '--now': now }}
        aria-label="Run timeline"
        onKeyDown={moveAmongBars}
        onClick={followLinks(go)}
      >
        <Axis
          ticks={ticks.filter(({ at }) => Math.abs(at - now) * pxPerSecond > nowLabelPx)}
          hasNow={end === undefined}
          ref={axis}
        />
        <Rules ticks={ticks} hasNow={end === undefined} />
        <ul className={classes.lanes}>
          {/* Waits for the width, which decides what fits on the bars; otherwise all would render twice. */}
          {width > 0 &&
            lanes.map((lane) => (
              <Lane
                key={lane.id}
                lane={lane}
                queue={queues.get(lane.code) ?? nothingQueued}
                anchor={anchor}
                // Only a lane with a running run changes with time.
                at={lane.running ? at : 0}
                pxPerSecond={pxPerSecond}
                until={end}
                onOpenCluster={setCluster}
              />
            ))}
        </ul>
        <BarCard board={board} lanes={lanes} />
      </section>
      {cluster && <ClusterList cluster={cluster} onClose={() => setCluster(undefined)} />}
    </>
  );
}

interface AxisProps {
  ticks: readonly Tick[];
  /** Whether the present is on the axis. */
  hasNow: boolean;
}

function Axis({ ticks, hasNow, ref }: AxisProps & { ref: Ref<HTMLDivElement> }) {
  return (
    <div className={classes.axis} aria-hidden>
      <div className={classes.corner} />
      <div className={classes.ticks} ref={ref}>
        {ticks.map(({ at, label }) => (
          <span key={at} className={classes.tick} style={{ '--start': at }}>
            {label}
          </span>
        ))}
        {hasNow && <span className={classes.nowLabel}>now</span>}
      </div>
    </div>
  );
}

/** The vertical lines behind the lanes: one per tick, and "now". */
function Rules({ ticks, hasNow }: AxisProps) {
  return (
    <div className={classes.behind} aria-hidden>
      {ticks.map(({ at }) => (
        <span key={at} className={classes.rule} style={{ '--start': at }} />
      ))}
      {hasNow && <span className={classes.now} />}
    </div>
  );
}
