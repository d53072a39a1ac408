import type { Engine } from './engine.ts';

/**
 * The engine for one run: it begins nothing more once `assertHeld` throws. A worker that was stopped for longer than its
 * lease does not know that yet when it goes on: timers come after what it was about to do.
 */
export function fencedEngine(engine: Engine, assertHeld: () => void): Engine {
  const guarded =
    <Arguments extends unknown[], Result>(operation: (...args: Arguments) => Promise<Result>) =>
    async (...args: Arguments): Promise<Result> => {
      assertHeld();
      return operation(...args);
    };
  return {
    ...engine,
    create: guarded(engine.create),
    start: guarded(engine.start),
    remove: guarded(engine.remove),
    exec: guarded(engine.exec),
  };
}
