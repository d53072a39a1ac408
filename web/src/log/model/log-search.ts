import type { LogModel } from './log-model.ts';

/** The number of lines between two checks of the clock. */
const batchLines = 500;

/** The matches in a line, as pairs of start and end. Case-sensitive only if the text has capitals. */
export function findMatches(line: string, query: string): [number, number][] {
  if (query === '') return [];
  const exact = query !== query.toLowerCase();
  const text = exact ? line : line.toLowerCase();
  const ranges: [number, number][] = [];
  for (let at = text.indexOf(query); at !== -1; at = text.indexOf(query, at + query.length)) {
    ranges.push([at, at + query.length]);
  }
  return ranges;
}

/** Whether a line contains the text that is searched for. */
export const containing = (query: string) => (text: string) => findMatches(text, query).length > 0;

/**
 * Finds the lines that match, in the current log and in later lines. It works in steps, so that the page stays
 * responsive.
 */
export function createLogSearch(
  log: Pick<LogModel, 'first' | 'last' | 'lastComplete'>,
  textOf: (line: number) => string,
  matches: (text: string) => boolean,
) {
  const lines: number[] = [];
  let next = log.first;

  return {
    /** The numbers of the matching lines so far, in order. */
    lines: lines as readonly number[],

    /** Searches for about `ms`. Returns false when lines are left. Skips an incomplete last line unless `final`. */
    step(ms: number, final: boolean): boolean {
      const deadline = performance.now() + ms;
      const end = final ? log.last : log.lastComplete;
      while (next <= end) {
        const batchEnd = Math.min(end, next + batchLines - 1);
        for (; next <= batchEnd; next += 1) {
          if (matches(textOf(next))) lines.push(next);
        }
        if (performance.now() >= deadline) break;
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
