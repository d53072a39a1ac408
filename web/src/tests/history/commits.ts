import type { History } from '../queries.ts';

type Commit = History['columns'][number]['commit'];

/** Consecutive columns with the same commit. */
export interface CommitSpan {
  commit: Commit;
  columns: number;
  /** The time of the first column. */
  at: string;
}

export function commitSpans(columns: History['columns']): CommitSpan[] {
  const spans: CommitSpan[] = [];
  for (const { commit, at } of columns) {
    const last = spans.at(-1);
    if (last && last.commit?.id === commit?.id) last.columns += 1;
    else spans.push({ commit, columns: 1, at });
  }
  return spans;
}

/** A line chart of one value per column, as lists of `x,y` points. Null values leave gaps, which split the line. */
export function linePieces(values: readonly (number | null)[], width: number, height: number): string[] {
  const largest = Math.max(1, ...values.map((value) => value ?? 0));
  const pieces: string[][] = [[]];
  values.forEach((value, index) => {
    if (value === null) {
      pieces.push([]);
      return;
    }
    const y = height - (value / largest) * (height - 2) - 1;
    pieces.at(-1)?.push(`${(index + 0.5) * width},${Math.round(y * 10) / 10}`);
  });
  return pieces.filter((piece) => piece.length > 0).map((piece) => piece.join(' '));
}
