/** Watches the log of a run for one reader. */
export interface LogWatch {
  /** Whether the run is finished. A log that is read after that is complete. */
  finished(): boolean;
  /** Resolves when the log is longer than `at` bytes, when the run is finished, or when `stop` aborts. */
  waitBeyond(at: number, stop: AbortSignal): Promise<void>;
  close(): void;
}

/** Polls each log that has readers, once for all of them. */
export function createLogWatches(deps: {
  pollMs: number;
  sizeOf(runId: number): Promise<number>;
  /** Called after each change of the run. */
  isFinished(runId: number): Promise<boolean>;
}) {
  const { pollMs, sizeOf, isFinished } = deps;
  interface WatchedLog {
    readers: number;
    finished: boolean;
    waiting: Set<{ at: number; wake(): void }>;
    timer: NodeJS.Timeout | undefined;
  }
  const logs = new Map<number, WatchedLog>();

  const wakeAll = ({ waiting }: WatchedLog) => {
    for (const { wake } of waiting) wake();
  };

  async function checkFinished(runId: number, log: WatchedLog): Promise<void> {
    // While the database is unavailable the stream continues; the next change of the run checks again.
    log.finished ||= await isFinished(runId).catch(() => false);
    if (log.finished) wakeAll(log);
  }

  async function poll(runId: number, log: WatchedLog): Promise<void> {
    const size = await sizeOf(runId).catch(() => 0);
    for (const { at, wake } of log.waiting) if (size > at) wake();
    if (log.readers > 0) log.timer = setTimeout(() => poll(runId, log), pollMs);
  }

  return {
    /** Handles the change of a run; `undefined`: any run may have changed. */
    changed(runId: number | undefined): void {
      for (const [id, log] of logs) if (runId === undefined || runId === id) void checkFinished(id, log);
    },

    async open(runId: number): Promise<LogWatch> {
      const existing = logs.get(runId);
      const log: WatchedLog = existing ?? {
        readers: 0,
        finished: false,
        waiting: new Set(),
        timer: undefined,
      };
      log.readers += 1;
      if (!existing) {
        logs.set(runId, log);
        log.timer = setTimeout(() => poll(runId, log), pollMs);
      }
      // Changes before the first reader were ignored.
      await checkFinished(runId, log);
      return {
        finished: () => log.finished,
        waitBeyond: (at, stop) =>
          new Promise<void>((resolve) => {
            const entry = {
              at,
              wake() {
                log.waiting.delete(entry);
                stop.removeEventListener('abort', entry.wake);
                resolve();
              },
            };
            if (stop.aborted || log.finished) return resolve();
            log.waiting.add(entry);
            stop.addEventListener('abort', entry.wake);
          }),
        close() {
          log.readers -= 1;
          if (log.readers > 0) return;
          clearTimeout(log.timer);
          logs.delete(runId);
        },
      };
    },
  };
}
