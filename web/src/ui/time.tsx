import { clock, duration, fullTime, relative } from './format.ts';
import { useNow } from './now.ts';

/** A point in time: `12 min ago`, with the full local time on hover. */
export function Time({ at, as = 'relative' }: { at: string; as?: 'relative' | 'clock' }) {
  const date = new Date(at);
  const now = useNow(as === 'relative' ? 10_000 : 3_600_000);
  return (
    <time dateTime={at} title={fullTime(date)}>
      {as === 'clock' ? clock(date) : relative(date, now)}
    </time>
  );
}

/** The time from `since` to `until`, or to now without `until`. */
export function Elapsed({ since, until }: { since: string; until?: string | null }) {
  const now = useNow(until ? 3_600_000 : 1_000);
  const end = until ? new Date(until) : now;
  return <span>{duration(end.getTime() - new Date(since).getTime())}</span>;
}
