import type { MouseEvent } from 'react';

/**
 * Follows the links below an element within the page. One listener instead of one in each of a thousand bars, which a router's
 * own links would have. What the browser does with keys held down, or with other buttons, it still does.
 */
export function followLinks(go: (path: string) => void) {
  return (event: MouseEvent<HTMLElement>): void => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    const path = link?.getAttribute('href');
    if (!path?.startsWith('/')) return;
    event.preventDefault();
    go(path);
  };
}
