import type { LaneView, QueuedView } from '#src/operations/overview/overview-view.ts';

/** The most lanes that fit on a screen. */
const maxLanesByName = 30;

const byName = new Intl.Collator(undefined, { numeric: true });

/**
 * Sorts lanes by name, so that each keeps its place. Too many for one screen: running lanes first, then lanes with queued runs,
 * the next to start first.
 */
export function arrange(lanes: readonly LaneView[], queue: readonly QueuedView[]): LaneView[] {
  const sorted = lanes.toSorted((one, other) => byName.compare(one.code, other.code));
  if (lanes.length <= maxLanesByName) return sorted;
  const queueRanks = new Map<string, number>();
  for (const [queueRank, { environment }] of queue.entries()) {
    if (!queueRanks.has(environment)) queueRanks.set(environment, queueRank);
  }
  const rank = ({ code, running, queued }: LaneView) => {
    if (running) return -1;
    return queueRanks.get(code) ?? (queued > 0 ? queue.length : queue.length + 1);
  };
  return sorted.sort((one, other) => rank(one) - rank(other));
}
