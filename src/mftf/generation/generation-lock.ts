import { statSync } from 'node:fs';
import { type FileLock, lockFile } from '../../modules/file-lock.ts';

/** How often the holder of a turn shows that it is alive. */
const heartbeatMs = 1_000;

/** The turn to make something that others may want as well. */
export interface GenerationLock {
  /** With `remove`, the file of the lock goes too; the next one makes it again. */
  release(): void;
}

/**
 * Waits for the turn of this name, across all processes that share the file. `onWait` is called once when somebody else has it.
 * A holder that dies loses it at once, because the kernel takes its lock back. One that was stopped, or whose machine cannot
 * be reached, keeps the lock but shows no life for `silentMs`: then the turn is granted without it, and the same thing may be
 * made twice. Rejects with the reason of the signal.
 */
export async function acquireGenerationLock(
  path: string,
  options: { signal: AbortSignal; onWait: () => void | Promise<void>; silentMs?: number },
): Promise<GenerationLock> {
  const { signal, onWait, silentMs = 30_000 } = options;
  signal.throwIfAborted();
  const free = await lockFile(path, { wait: false });
  if (free) return startHeartbeat(free);
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

/** Watches for changes of the time of a file, not for its age: clocks of machines differ. */
function watchSilence(path: string, silentMs: number, silent: () => void): NodeJS.Timeout {
  const now = () => statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  let last = now();
  let since = performance.now();
  return setInterval(() => {
    const latest = now();
    if (latest !== last) {
      last = latest;
      since = performance.now();
    } else if (performance.now() - since > silentMs) silent();
  }, heartbeatMs);
}
