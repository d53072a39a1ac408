const least = 3;
const most = 36;

/** Heights in pixels for durations in milliseconds, relative to the longest. Unknown durations get the minimum. */
export function barHeights(durations: readonly (number | undefined)[]): number[] {
  const longest = Math.max(0, ...durations.map((ms) => ms ?? 0));
  return durations.map((ms) =>
    ms === undefined || longest === 0 ? least : Math.max(least, Math.round((ms / longest) * most)),
  );
}
