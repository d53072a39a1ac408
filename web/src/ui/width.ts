import { type RefObject, startTransition, useLayoutEffect, useState } from 'react';

/**
 * The current width of an element in pixels; 0 before it is mounted. Updates are transitions, so that rendering many dependent
 * elements does not block input.
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
