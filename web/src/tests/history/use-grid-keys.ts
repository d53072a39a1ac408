import { type KeyboardEvent, type RefObject, useState } from 'react';
import type { History } from '../queries.ts';

/** A position in the grid, by the indexes of its row and column. */
export interface Place {
  row: number;
  column: number;
}

const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] } as const;

/**
 * Moves between the results of a grid with the arrow keys. The Tab key stops once, at `stop`: the last position of the
 * arrow keys, or the newest result.
 */
export function useGridKeys({ rows, columns }: History, grid: RefObject<HTMLElement | null>) {
  const [at, setAt] = useState<Place>({ row: 0, column: Math.max(0, columns.length - 1) });
  const places = rows.flatMap(({ cells }, row) =>
    cells.flatMap((cell, column) => (cell ? [{ row, column }] : [])),
  );
  const stop = places.find((each) => each.row === at.row && each.column === at.column) ?? places.at(-1);

  const onKeyDown = (event: KeyboardEvent) => {
    const step = steps[event.key as keyof typeof steps];
    if (!step || !stop) return;
    event.preventDefault();
    let { row, column } = stop;
    do {
      row += step[0];
      column += step[1];
    } while (rows[row] && column >= 0 && column < columns.length && !rows[row]?.cells[column]);
    if (!rows[row]?.cells[column]) return;
    setAt({ row, column });
    grid.current?.querySelector<HTMLElement>(`[data-place="${row} ${column}"]`)?.focus();
  };
  return { stop, setAt, onKeyDown };
}
