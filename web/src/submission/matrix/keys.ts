import type { KeyboardEvent } from 'react';

const ways = { ArrowLeft: 'left', ArrowRight: 'right', ArrowUp: 'up', ArrowDown: 'down' } as const;

/**
 * The arrow keys move between the results, and the names before them; Home and End to the ends of a line. Lines near the window are
 * in the document, so that the next one always is.
 */
export function moveAmongResults(event: KeyboardEvent<HTMLElement>): void {
  const { target, key } = event;
  const here = target instanceof Element ? target.closest<HTMLElement>('[data-column]') : null;
  const line = here?.closest('tr');
  if (!here || !line || event.altKey || event.ctrlKey || event.metaKey) return;
  const next = nextOf(key, here, line);
  if (!next) return;
  event.preventDefault();
  next.focus();
}

function nextOf(key: string, here: HTMLElement, line: Element): HTMLElement | undefined {
  const all = [...line.querySelectorAll<HTMLElement>('[data-column]')];
  if (key === 'Home') return all[0];
  if (key === 'End') return all.at(-1);
  const way = ways[key as keyof typeof ways];
  if (way === 'left' || way === 'right') return all[all.indexOf(here) + (way === 'left' ? -1 : 1)];
  if (way === undefined) return undefined;
  const column = here.dataset['column'];
  for (let other = beside(line, way); other !== null; other = beside(other, way)) {
    const cell = other.querySelector<HTMLElement>(`[data-column="${column}"]`);
    if (cell) return cell;
  }
  return undefined;
}

const beside = (line: Element, way: 'up' | 'down') =>
  way === 'up' ? line.previousElementSibling : line.nextElementSibling;
