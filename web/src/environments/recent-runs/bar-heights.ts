const minHeight = 3;
const maxHeight = 36;

/** Heights in pixels for durations in milliseconds, relative to the longest. Unknown durations get the minimum. */
export function barHeights(durations: readonly (number | undefined)[]): number[] {
  const longest = Math.max(0, ...durations.map((ms) => ms ?? 0));
  return durations.map((ms) =>
    ms === undefined || longest === 0
      ? minHeight
      : Math.max(minHeight, Math.round((ms / longest) * maxHeight)),
  );
}
