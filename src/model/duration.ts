/** Durations, and their text: the same for the page and the command line. This file imports nothing, because the page uses it too. */

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
/** The milliseconds of a day without a change of the clock. */
export const dayMs = 24 * hour;

/** `48 s`, `1 min 12 s`, `1 h 50 min`, `3 d 4 h`: the two largest units. */
export function durationText(ms: number): string {
  const rounded = Math.max(0, Math.round(ms / second)) * second;
  if (rounded < minute) return `${rounded / second} s`;
  if (rounded < hour) return pair(rounded, minute, 'min', second, 's');
  if (rounded < dayMs) return pair(Math.round(rounded / minute) * minute, hour, 'h', minute, 'min');
  return pair(Math.round(rounded / hour) * hour, dayMs, 'd', hour, 'h');
}

/**
 * `~15 s`, `~9 min`, `~1 h 55 min`: for estimates, in steps of 5 seconds, minutes, and 5 minutes from an hour on. More digits would
 * suggest a false precision.
 */
export function approxDuration(ms: number): string {
  const step = ms < minute ? 5 * second : ms < hour ? minute : 5 * minute;
  return `~${durationText(Math.max(step, Math.round(ms / step) * step))}`;
}

function pair(ms: number, large: number, largeWord: string, small: number, smallWord: string): string {
  const rest = Math.floor((ms % large) / small);
  const first = `${Math.floor(ms / large)} ${largeWord}`;
  return rest === 0 ? first : `${first} ${rest} ${smallWord}`;
}
