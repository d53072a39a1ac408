import { useWindowVirtualizer } from '@tanstack/react-virtual';
import type { RefObject } from 'react';
import { useOffset } from './use-offset.ts';

/** Shorter lists render all rows: the browser finds text in them, and their columns fit the content of all. */
const defaultVirtualFrom = 250;
const rowHeight = 33;
/** The number of rows above and below the window that are rendered, too. */
const defaultOverscan = 15;

export interface VisibleRows {
  isVirtual: boolean;
  /** The rows to render. */
  indexes: number[];
  /** Pixels above and below them. */
  before: number;
  after: number;
  /** Measures a rendered row, see `ref`. */
  measure: ((row: HTMLElement | null) => void) | undefined;
}

/** The rows of a table that are in the window or near it; all rows of a table with at most `virtualFrom` rows. */
export function useVisibleRows(
  area: RefObject<HTMLElement | null>,
  count: number,
  { virtualFrom, overscan } = { virtualFrom: defaultVirtualFrom, overscan: defaultOverscan },
): VisibleRows {
  const isVirtual = count > virtualFrom;
  const top = useOffset(area);
  const virtualizer = useWindowVirtualizer({
    count: isVirtual ? count : 0,
    estimateSize: () => rowHeight,
    overscan,
    scrollMargin: top,
  });
  if (!isVirtual) {
    const indexes = Array.from({ length: count }, (_, index) => index);
    return { isVirtual, indexes, before: 0, after: 0, measure: undefined };
  }
  const items = virtualizer.getVirtualItems();
  return {
    isVirtual,
    indexes: items.map(({ index }) => index),
    before: (items[0]?.start ?? top) - top,
    after: virtualizer.getTotalSize() + top - (items.at(-1)?.end ?? top),
    measure: virtualizer.measureElement,
  };
}
