import type { LogModel } from './log-model.ts';

/** Looks at this many lines before it looks at the clock. */
const linesAtOnce = 500;

/** Where a text is in a line: pairs of start and end. Capitals count when the text has any. */
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
 * Finds the lines that hold a text, in the whole log and in what comes later. A step at a time, so that the page stays at
 * hand meanwhile.
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
    /** Numbers of the lines found so far, in order. */
    lines: lines as readonly number[],

    /** Goes on for about `ms`. False when there is more to look at. A line that still grows waits, unless it is `final`. */
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

/** The index of the match to go to from `line`: the next one after it, or the last one before; around the ends. */
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
