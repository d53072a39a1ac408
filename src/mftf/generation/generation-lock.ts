import { statSync } from 'node:fs';
import { type FileLock, lockFile } from '../../files/file-lock.ts';

/** Interval at which the holder touches the lock file. */
const heartbeatMs = 1_000;
/** Part of the 30 s in which a run continues elsewhere when its worker hangs: see docs/reliability.md. */
export const defaultSilentMs = 5_000;

/** The exclusive right to generate a snapshot. */
export interface GenerationLock {
  /** Releases the lock and removes its file, which the next holder creates again. */
  release(): void;
}

/**
 * Acquires the lock at a path, across all processes that share the file. `onWait` is called once if another process has it.
 * The kernel releases the lock of a holder that dies. A holder that is suspended, or whose machine is unreachable, keeps the
 * lock but sends no heartbeat: after `silentMs` (5 s by default) this returns without the lock, and the same snapshot may be
 * generated twice. Rejects with the reason of the signal.
 */
export async function acquireGenerationLock(
  path: string,
  options: { signal: AbortSignal; onWait: () => void | Promise<void>; silentMs?: number },
): Promise<GenerationLock> {
  const { signal, onWait, silentMs = defaultSilentMs } = options;
  signal.throwIfAborted();
  const lock = await lockFile(path, { wait: false });
  if (lock) return startHeartbeat(lock);
  await onWait();
  const silent = new AbortController();
  const watch = watchSilence(path, silentMs, () => silent.abort());
  try {
    return startHeartbeat(await lockFile(path, { signal: AbortSignal.any([signal, silent.signal]) }));
  } catch (error) {
    signal.throwIfAborted();
    if (silent.signal.aborted) return { release() {} };
    throw error;
  } finally {
    clearInterval(watch);
  }
}

function startHeartbeat(lock: FileLock): GenerationLock {
  lock.touch();
  const heartbeat = setInterval(() => lock.touch(), heartbeatMs);
  heartbeat.unref();
  return {
    release() {
      clearInterval(heartbeat);
      lock.release({ remove: true });
    },
  };
}

/** Calls `onSilence` when the modification time has not changed for `silentMs`. Not its age: clocks of machines differ. */
function watchSilence(path: string, silentMs: number, onSilence: () => void): NodeJS.Timeout {
  const modifiedAt = () => statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  let last = modifiedAt();
  let since = performance.now();
  return setInterval(() => {
    const latest = modifiedAt();
    if (latest !== last) {
      last = latest;
      since = performance.now();
    } else if (performance.now() - since > silentMs) onSilence();
  }, heartbeatMs);
}
