import type { MouseEvent } from 'react';
import { pathWithin } from '../base-path.ts';

/**
 * Returns a click handler that opens the links inside an element through the router. One listener, instead of one per router link
 * in a thousand bars. Clicks with modifier keys or other buttons keep their browser behaviour.
 */
export function followLinks(go: (path: string) => void) {
  return (event: MouseEvent<HTMLElement>): void => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    const path = pathWithin(link?.getAttribute('href') ?? '');
    if (path === undefined) return;
    event.preventDefault();
    go(path);
  };
}
