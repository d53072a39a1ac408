import { ticks } from 'd3-array';
import { dayMs } from '#src/model/duration.ts';

const minute = 60;
const hour = 60 * minute;

/** A value of a plot: a share from 0 to 1, or milliseconds. */
export type Unit = 'share' | 'duration';

export interface Axis {
  min: number;
  max: number;
  ticks: { at: number; label: string }[];
}

/** About so many lines across a plot. */
const tickCount = 4;

/**
 * The axis of some values, with round numbers at its ends: durations from 0, shares from the round number below the smallest one, so
 * that 96 and 98% do not look the same.
 */
export function axisOf(values: readonly number[], unit: Unit): Axis {
  const largest = Math.max(...values, 0);
  if (unit === 'duration') {
    const [scale, word] = unitOf(largest);
    const axis = roundAxis(0, Math.max(largest / scale, 1));
    return {
      min: axis.min * scale,
      max: axis.max * scale,
      ticks: axis.ticks.map((tick) => ({ at: tick * scale, label: `${tick} ${word}` })),
    };
  }
  const least = values.length === 0 ? 0 : Math.min(...values) * 100;
  const most = largest * 100;
  // Shares that are near 100% are read against it, others against 0.
  const axis = least > 50 ? roundAxis(Math.min(least, 99), 100) : roundAxis(0, Math.max(most, 1));
  return {
    min: axis.min / 100,
    max: Math.min(1, axis.max / 100),
    ticks: axis.ticks.filter((tick) => tick <= 100).map((tick) => ({ at: tick / 100, label: `${tick}%` })),
  };
}

function unitOf(ms: number): [number, string] {
  const seconds = ms / 1000;
  if (seconds < 2 * minute) return [1000, 's'];
  return seconds < 2 * hour ? [1000 * minute, 'min'] : [1000 * hour, 'h'];
}

/** Ticks that include both ends. */
function roundAxis(min: number, max: number): { min: number; max: number; ticks: number[] } {
  const inside = ticks(min, max, tickCount);
  const step = (inside[1] ?? max) - (inside[0] ?? min) || 1;
  const first = Math.floor(min / step + 1e-9);
  const last = Math.ceil(max / step - 1e-9);
  // Rounded: 3 x 0.1 is 0.30000000000000004.
  const all = Array.from({ length: last - first + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(10)),
  );
  return { min: all[0] ?? min, max: all.at(-1) ?? max, ticks: all };
}

const daySteps = [1, 2, 7, 14, 28, 56, 91];

/** Days of the axis, from the last one back, at least `apartPx` apart; in days from `since`. */
export function dayTicks(
  { since, days }: { since: string; days: number },
  { widthPx, apartPx }: { widthPx: number; apartPx: number },
): { at: number; day: Date }[] {
  const minStep = (days * apartPx) / Math.max(widthPx, 1);
  const step = daySteps.find((each) => each >= minStep) ?? (daySteps.at(-1) as number);
  const result: { at: number; day: Date }[] = [];
  for (let at = days - 1; at >= 0; at -= step)
    result.unshift({ at, day: new Date(Date.parse(since) + at * dayMs) });
  return result;
}

/** The number of days between two days, such as `2026-11-28`. */
export const daysBetween = (since: string, day: string) =>
  Math.round((Date.parse(day) - Date.parse(since)) / dayMs);
