import type { KeyboardEvent } from 'react';

/** Runs and clusters of runs. */
const bars = '[data-run], [data-cluster]';

/** Left and Right move along a lane, Up and Down between lanes, Home and End to the ends of a lane. */
export function moveAmongBars(event: KeyboardEvent<HTMLElement>): void {
  const bar = event.target instanceof HTMLElement ? event.target.closest<HTMLElement>(bars) : null;
  const lane = bar?.closest('li');
  if (!bar || !lane) return;
  const next = nextBar(event.key, bar, lane);
  if (!next) return;
  event.preventDefault();
  next.focus();
}

function nextBar(key: string, bar: HTMLElement, lane: HTMLElement): HTMLElement | undefined {
  const all = barsOf(lane);
  const here = all.indexOf(bar);
  switch (key) {
    case 'ArrowLeft':
      return all[here - 1];
    case 'ArrowRight':
      return all[here + 1];
    case 'Home':
      return all[0];
    case 'End':
      return all.at(-1);
    case 'ArrowUp':
      return beside(lane, 'previousElementSibling');
    case 'ArrowDown':
      return beside(lane, 'nextElementSibling');
    default:
      return undefined;
  }
}

/** The last bar of the nearest lane with bars, in one direction. */
function beside(
  lane: Element,
  way: 'previousElementSibling' | 'nextElementSibling',
): HTMLElement | undefined {
  for (let other = lane[way]; other !== null; other = other[way]) {
    const last = barsOf(other).at(-1);
    if (last) return last;
  }
  return undefined;
}

const barsOf = (lane: Element) => [...lane.querySelectorAll<HTMLElement>(bars)];
