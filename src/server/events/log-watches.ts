/** Sees a log of a run grow, for one reader. */
export interface LogWatch {
  /** Whether the run is known to be finished: a log that is read after that is complete. */
  finished(): boolean;
  /** Resolves when the log is seen to be longer than `at` or the run to be finished, or when `gone` aborts. */
  beyond(at: number, gone: AbortSignal): Promise<void>;
  close(): void;
}

/** Looks at each log that has readers once for all of them. */
export function createLogWatches(deps: {
  pollMs: number;
  sizeOf(runId: number): Promise<number>;
  /** Asked when something was told of the run. */
  isFinished(runId: number): Promise<boolean>;
}) {
  const { pollMs: lookMs, sizeOf, isFinished } = deps;
  interface Watched {
    readers: number;
    finished: boolean;
    waiting: Set<{ at: number; wake(): void }>;
    timer: NodeJS.Timeout | undefined;
  }
  const logs = new Map<number, Watched>();

  const wakeAll = ({ waiting }: Watched) => {
    for (const { wake } of waiting) wake();
  };

  async function ask(runId: number, log: Watched): Promise<void> {
    // While the database is away the log goes on; the next word of the run asks again.
    log.finished ||= await isFinished(runId).catch(() => false);
    if (log.finished) wakeAll(log);
  }

  async function look(runId: number, log: Watched): Promise<void> {
    const size = await sizeOf(runId).catch(() => 0);
    for (const { at, wake } of log.waiting) if (size > at) wake();
    if (log.readers > 0) log.timer = setTimeout(() => look(runId, log), lookMs);
  }

  return {
    /** Something was told of a run; `undefined`: it may be any. */
    changed(runId: number | undefined): void {
      for (const [id, log] of logs) if (runId === undefined || runId === id) void ask(id, log);
    },

    async open(runId: number): Promise<LogWatch> {
      const known = logs.get(runId);
      const log: Watched = known ?? { readers: 0, finished: false, waiting: new Set(), timer: undefined };
      log.readers += 1;
      if (!known) {
        logs.set(runId, log);
        log.timer = setTimeout(() => look(runId, log), lookMs);
      }
      // Also when it is known: what was told before there was a reader is lost.
      await ask(runId, log);
      return {
        finished: () => log.finished,
        beyond: (at, gone) =>
          new Promise<void>((resolve) => {
            const entry = {
              at,
              wake() {
                log.waiting.delete(entry);
                gone.removeEventListener('abort', entry.wake);
                resolve();
              },
            };
            if (gone.aborted || log.finished) return resolve();
            log.waiting.add(entry);
            gone.addEventListener('abort', entry.wake);
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
