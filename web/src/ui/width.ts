import { type RefObject, startTransition, useLayoutEffect, useState } from 'react';

/**
 * The width of an element in pixels, also when it changes; 0 before it is there. What depends on it is drawn piece by piece: it may
 * be much, and must not keep the page from answering.
 */
export function useWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const { current } = element;
    if (current === null) return;
    const change = (pixels: number) => startTransition(() => setWidth(Math.round(pixels)));
    change(current.getBoundingClientRect().width);
    const observer = new ResizeObserver(([entry]) => change(entry?.contentRect.width ?? 0));
    observer.observe(current);
    return () => observer.disconnect();
  }, [element]);
  return width;
}
