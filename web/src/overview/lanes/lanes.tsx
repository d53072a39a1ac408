import { useMemo, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import type {
  LaneView,
  OverviewView,
  QueuedView,
} from '../../../../src/operations/overview/overview-view.ts';
import { useNow } from '../../ui/now.ts';
import { useWidth } from '../../ui/width.ts';
import { BarCard } from './bar-card.tsx';
import type { OpenedCluster } from './cluster.tsx';
import { ClusterList } from './cluster-list.tsx';
import { followLinks } from './follow.ts';
import { moveAmongBars } from './keys.ts';
import { Lane } from './lane.tsx';
import classes from './lanes.module.css';
import { byEnvironment, layOutTicks } from './layout.ts';
import type { Span } from './spans.ts';

/** No other label of the axis is so near to that of now. */
const nowLabelPx = 40;
const nothingQueued: QueuedView[] = [];

/** A lane for each environment on one axis of time. `received` is when this page got the overview, by its own clock. */
export function Lanes({
  overview,
  lanes,
  received,
  span,
}: {
  overview: OverviewView;
  lanes: readonly LaneView[];
  received: number;
  span: Span;
}) {
  const [anchor] = useState(() => Math.floor(Date.parse(overview.at) / 3_600_000) * 3_600_000);
  const [cluster, setCluster] = useState<OpenedCluster>();
  const [, go] = useLocation();
  const axis = useRef<HTMLDivElement>(null);
  const board = useRef<HTMLElement>(null);
  const width = useWidth(axis);
  const all = (span.past + span.ahead) / 1000;
  const pxPerSecond = width / all;

  // As often as the line of now gets to the next pixel.
  const here = useNow(Math.max(1_000, Math.round(1_000 / Math.max(pxPerSecond, 0.001))));
  // The clock of this machine may be wrong; how fast it goes is not.
  const now = (Date.parse(overview.at) + Math.max(0, here.getTime() - received) - anchor) / 1000;
  const from = now - span.past / 1000;
  const ticks = layOutTicks({ from, to: from + all, anchor }, { widthPx: width, apartPx: 64 });
  const queues = useMemo(() => byEnvironment(overview.queue), [overview.queue]);
  const at = (Date.parse(overview.at) - anchor) / 1000;

  return (
    <>
      {/* The arrows move among bars, which are links and work without them. */}
      <section
        ref={board}
        className={classes.board}
        style={{ '--from': from, '--span': all, '--now': now }}
        aria-label="What runs where"
        onKeyDown={moveAmongBars}
        onClick={followLinks(go)}
      >
        <div className={classes.axis} aria-hidden>
          <div className={classes.corner} />
          <div className={classes.ticks} ref={axis}>
            {ticks
              .filter(({ at }) => Math.abs(at - now) * pxPerSecond > nowLabelPx)
              .map(({ at, label }) => (
                <span key={at} className={classes.tick} style={{ '--s': at }}>
                  {label}
                </span>
              ))}
            <span className={classes.nowLabel}>now</span>
          </div>
        </div>
        <div className={classes.behind} aria-hidden>
          {ticks.map(({ at }) => (
            <span key={at} className={classes.rule} style={{ '--s': at }} />
          ))}
          <span className={classes.now} />
        </div>
        <ul className={classes.lanes}>
          {/* Not before it is known what the bars have room for, or all would be drawn twice. */}
          {width > 0 &&
            lanes.map((lane) => (
              <Lane
                key={lane.id}
                lane={lane}
                queue={queues.get(lane.code) ?? nothingQueued}
                anchor={anchor}
                // Only a lane with something under way changes with the time.
                at={lane.running ? at : 0}
                pxPerSecond={pxPerSecond}
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
