const minute = 60_000;
const hour = 60 * minute;

/** How much of the past and of the future the lanes can show. */
export const spans = [
  { name: '15m', label: '15 min', past: 15 * minute, ahead: 5 * minute },
  { name: '1h', label: '1 h', past: hour, ahead: 20 * minute },
  { name: '2h', label: '2 h', past: 2 * hour, ahead: 40 * minute },
  { name: '6h', label: '6 h', past: 6 * hour, ahead: 90 * minute },
  { name: '24h', label: '24 h', past: 24 * hour, ahead: 4 * hour },
] as const;
export type Span = (typeof spans)[number];
export const usualSpan = '2h';

export function spanOf(name: string): Span {
  return spans.find((span) => span.name === name) ?? spans[2];
}
