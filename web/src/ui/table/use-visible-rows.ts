import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { type RefObject, useLayoutEffect, useState } from 'react';

/** Shorter lists render all rows: the browser finds text in them, and their columns fit the content of all. */
const virtualFrom = 250;
const rowHeight = 33;

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

/** The rows of a table that are in the window or near it; all rows of a short table. */
export function useVisibleRows(area: RefObject<HTMLElement | null>, count: number): VisibleRows {
  const isVirtual = count > virtualFrom;
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const { current } = area;
    if (current) setTop(current.getBoundingClientRect().top + window.scrollY);
  }, [area]);
  const virtualizer = useWindowVirtualizer({
    count: isVirtual ? count : 0,
    estimateSize: () => rowHeight,
    overscan: 15,
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
