import { type RefObject, useLayoutEffect, useState } from 'react';

/** The distance of an element from the top of the page, in pixels; 0 before it is mounted. It changes with the content above. */
export function useOffset(element: RefObject<HTMLElement | null>): number {
  const [offset, setOffset] = useState(0);
  useLayoutEffect(() => {
    const measure = () => {
      const top = element.current?.getBoundingClientRect().top ?? 0;
      setOffset(Math.round(top + window.scrollY));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    const head = element.current?.closest('main');
    for (const child of head?.children ?? []) observer.observe(child);
    return () => observer.disconnect();
  }, [element]);
  return offset;
}
