import { setImmediate as nextTurn } from 'node:timers/promises';

/** Work of so long, in milliseconds, is followed by a turn of the event loop. */
const sliceMs = 10;

/** A function for long work to await between its parts: when it has taken a while, the event loop turns first. */
export function createTurns(): () => Promise<void> {
  let startedMs = performance.now();
  return async () => {
    if (performance.now() - startedMs < sliceMs) return;
    await nextTurn();
    startedMs = performance.now();
  };
}
