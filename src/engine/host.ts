import { memoize } from '../async/single-flight.ts';
import { withTimeout } from '../async/timeout.ts';
import { Fault } from '../faults/fault.ts';
import type { Engine } from './engine.ts';

/** A claim without a host prefers none, and the next claim asks again. */
const timeoutMs = 1_000;

/**
 * A function that returns the identity of the engine's host (see `Engine.identity`), cached once known. Every claim calls it,
 * and an engine may hang for one container while it answers for all others (seen with 20.10), so the wait is at most 1 s.
 * It rejects with ENGINE_UNREACHABLE.
 */
export function rememberHost(open: () => Promise<Engine>): () => Promise<string> {
  const identity = memoize(async () => (await open()).identity());
  return () =>
    withTimeout(timeoutMs, identity, () => {
      throw new Fault('ENGINE_UNREACHABLE', 'The container engine does not report its identity.');
    });
}
