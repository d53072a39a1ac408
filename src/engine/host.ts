import { setTimeout as delay } from 'node:timers/promises';
import { Fault } from '../faults/fault.ts';
import type { Engine } from './engine.ts';

/** A claim without an answer prefers no host, and asks again the next time. */
const timeoutMs = 1_000;

/**
 * Which host the engine is, see `Engine.identity`; known once it was told. Whoever claims asks, and an engine may hang for one container
 * and be well for all others (seen with 20.10), so nobody waits long. Rejects with ENGINE_UNREACHABLE.
 */
export function rememberHost(open: () => Promise<Engine>): () => Promise<string> {
  let asking: Promise<string> | undefined;
  const ask = async () => (await open()).identity();
  return () => {
    asking ??= ask().catch((error) => {
      asking = undefined;
      throw error;
    });
    const late = delay(timeoutMs, undefined, { ref: false }).then(() => {
      throw new Fault('ENGINE_UNREACHABLE', 'The container engine does not say which it is.');
    });
    return Promise.race([asking, late]);
  };
}
