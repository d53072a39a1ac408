import type { Engine } from './engine.ts';

/**
 * The engine for one run: its changes reject once `assertHeld` throws. A process that was suspended for longer than its lease
 * continues with its next call before the timer that would end the run fires.
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
