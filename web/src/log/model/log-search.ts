import type { LogModel } from './log-model.ts';

/** The number of lines between two checks of the clock. */
const linesAtOnce = 500;

/** The matches in a line, as pairs of start and end. Case-sensitive only if the text has capitals. */
export function findIn(line: string, wanted: string): [number, number][] {
  if (wanted === '') return [];
  const exact = wanted !== wanted.toLowerCase();
  const text = exact ? line : line.toLowerCase();
  const ranges: [number, number][] = [];
  for (let at = text.indexOf(wanted); at !== -1; at = text.indexOf(wanted, at + wanted.length)) {
    ranges.push([at, at + wanted.length]);
  }
  return ranges;
}

/**
 * Finds the lines that contain a text, in the current log and in later lines. It works in steps, so that the page stays
 * responsive.
 */
export function createLogSearch(
  log: Pick<LogModel, 'first' | 'last' | 'lastWhole'>,
  textOf: (line: number) => string,
  wanted: string,
) {
  const lines: number[] = [];
  let next = log.first;

  return {
    wanted,
    /** The numbers of the matching lines so far, in order. */
    lines: lines as readonly number[],

    /** Searches for about `ms`. Returns false when lines are left. Skips an incomplete last line unless `final`. */
    step(ms: number, final: boolean): boolean {
      const until = performance.now() + ms;
      const end = final ? log.last : log.lastWhole;
      while (next <= end) {
        const pause = Math.min(end, next + linesAtOnce - 1);
        for (; next <= pause; next += 1) {
          if (findIn(textOf(next), wanted).length > 0) lines.push(next);
        }
        if (performance.now() >= until) break;
      }
      return next > end;
    },
  };
}
export type LogSearch = ReturnType<typeof createLogSearch>;

/** The index of the next (1) or previous (-1) match from `line`; wraps around at the ends. */
export function neighbour(
  lines: readonly number[],
  line: number | undefined,
  direction: 1 | -1,
): number | undefined {
  if (lines.length === 0) return undefined;
  if (direction === 1) {
    const index = line === undefined ? 0 : lines.findIndex((each) => each > line);
    return index === -1 ? 0 : index;
  }
  const index = line === undefined ? -1 : lines.findLastIndex((each) => each < line);
  return index === -1 ? lines.length - 1 : index;
}
