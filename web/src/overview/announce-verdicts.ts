import { useEffect, useRef } from 'react';
import type { OverviewView } from '#src/operations/overview/overview-view.ts';
import { useAnnounce } from '../ui/announce.tsx';

/** Announces to screen readers the verdicts of runs that were running in the previous overview. */
export function useVerdictAnnouncements(overview: OverviewView | undefined): void {
  const announce = useAnnounce();
  const runningIds = useRef<number[]>([]);
  useEffect(() => {
    if (overview === undefined) return;
    const messages = overview.lanes.flatMap(({ code, bars }) =>
      bars
        .filter(({ id, verdict }) => verdict !== null && runningIds.current.includes(id))
        .map(({ id, verdict }) => `Run ${id} on ${code}: ${verdict}.`),
    );
    if (messages.length > 0) announce(messages.join(' '));
    runningIds.current = overview.lanes.flatMap(({ running }) => (running ? [running.id] : []));
  }, [overview, announce]);
}
