import type { OverviewView } from '#src/operations/overview/overview-view.ts';

const minute = 60_000;
const hour = 60 * minute;

/** The time spans of the lanes: how much of the past and of the future they show. */
export const spans = [
  { name: '5m', label: '5 min', past: 5 * minute, ahead: 2 * minute },
  { name: '15m', label: '15 min', past: 15 * minute, ahead: 5 * minute },
  { name: '1h', label: '1 h', past: hour, ahead: 20 * minute },
  { name: '2h', label: '2 h', past: 2 * hour, ahead: 40 * minute },
  { name: '6h', label: '6 h', past: 6 * hour, ahead: 90 * minute },
  { name: '24h', label: '24 h', past: 24 * hour, ahead: 4 * hour },
] as const;
export type Span = (typeof spans)[number];
const defaultSpan: Span = spans[3];

/** The span of that name, or the default span. */
export function spanOf(name: string): Span {
  return spans.find((span) => span.name === name) ?? defaultSpan;
}

/** The shortest span with all runs of the default span, so that the bars of a new installation are not slivers. */
export function fittingSpan({ at, lanes }: Pick<OverviewView, 'at' | 'lanes'>): Span {
  const starts = lanes.flatMap(({ bars }) => bars.map(({ startedAt }) => Date.parse(startedAt)));
  const age = starts.length === 0 ? defaultSpan.past : Date.parse(at) - Math.min(...starts);
  return spans.find(({ past }) => age < past || past === defaultSpan.past) ?? defaultSpan;
}
