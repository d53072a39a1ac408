import { useEffect, useRef } from 'react';
import type { OverviewView } from '../../../src/operations/overview/overview-view.ts';
import { useAnnounce } from '../ui/announce.tsx';

/** Announces to screen readers the verdicts of runs that were running in the previous overview. */
export function useVerdictAnnouncements(overview: OverviewView | undefined): void {
  const announce = useAnnounce();
  const underWay = useRef<number[]>([]);
  useEffect(() => {
    if (overview === undefined) return;
    const ended = overview.lanes.flatMap(({ code, bars }) =>
      bars
        .filter(({ id, verdict }) => verdict !== null && underWay.current.includes(id))
        .map(({ id, verdict }) => `Run ${id} on ${code}: ${verdict}.`),
    );
    if (ended.length > 0) announce(ended.join(' '));
    underWay.current = overview.lanes.flatMap(({ running }) => (running ? [running.id] : []));
  }, [overview, announce]);
}
