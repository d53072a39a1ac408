import { type RefObject, useLayoutEffect, useState } from 'react';

export interface AreaLayout {
  /** Each row is a card. */
  hasCards: boolean;
  /** The table is wider than its area: only then the area needs a name and the focus, to scroll by keyboard. */
  isScrollable: boolean;
}

/** How the table in an area is shown: as cards when the area has less than `cardsBelow` pixels. */
export function useAreaLayout(area: RefObject<HTMLElement | null>, cardsBelow: number): AreaLayout {
  const [layout, setLayout] = useState<AreaLayout>({ hasCards: false, isScrollable: false });
  useLayoutEffect(() => {
    const { current } = area;
    const table = current?.firstElementChild;
    if (!current || !table) return;
    const measure = () => {
      const hasCards = current.clientWidth < cardsBelow;
      const isScrollable = !hasCards && current.scrollWidth > current.clientWidth + 1;
      setLayout((before) =>
        before.hasCards === hasCards && before.isScrollable === isScrollable
          ? before
          : { hasCards, isScrollable },
      );
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(current);
    observer.observe(table);
    return () => observer.disconnect();
  }, [area, cardsBelow]);
  return layout;
}
