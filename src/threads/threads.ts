import type { Transferable } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { Fault } from '../faults/fault.ts';
import { executableFile } from '../files/executable-file.ts';
import { formatBytes } from '../model/bytes.ts';
import { maxThreadHeapMegabytes } from '../model/limits.ts';
import { type Call, readReply, type Started, type Task } from './task.ts';

export interface ThreadOptions {
  /** What is read, for messages: `the test module at commit 1234`. */
  subject: string;
  /** The thread is ended after so long. The time until it begins does not count. */
  limitMs: number;
  /** Ends the thread when it aborts. */
  signal?: AbortSignal;
  /** The part of the request that moves into the thread, such as a `MessagePort`. */
  transfer?: Transferable[];
}

/** Worker threads, so that no input keeps the event loop from turning. */
export interface Threads {
  /**
   * Runs a task in a thread and returns its answer; waits while all threads are busy. Errors: those of the task, TREE_TIMEOUT after
   * `limitMs`, TREE_TOO_LARGE when it needs more memory than a thread may have, and the reason of `signal`.
   */
  run<Request, Answer>(
    task: Task<Request, Answer>,
    request: Request,
    options: ThreadOptions,
  ): Promise<Answer>;
  /** Ends all threads, and rejects what runs in them. */
  close(): Promise<void>;
}

/** How long an unused thread stays; starting one from source takes 150 ms (measured). */
const idleMs = 30_000;

/** Threads that start when they are needed, `count` at most. One thread keeps what its tasks remember between calls. */
export function createThreads({
  count,
  heapMegabytes = maxThreadHeapMegabytes,
}: {
  count: number;
  heapMegabytes?: number;
}): Threads {
  let pool: Piscina | undefined;
  let lastId = 0;
  /** Called when a thread begins with a call, by its id. */
  const onStart = new Map<number, () => void>();
  // The options of Node are those of the pool, and all files of this program need the same.
  const { execArgv } = executableFile(import.meta.url);
  const open = () => {
    if (pool) return pool;
    pool = new Piscina({
      minThreads: 0,
      maxThreads: count,
      idleTimeout: idleMs,
      // Otherwise an idle thread blocks, and cannot notice that its port was closed.
      atomics: 'disabled',
      resourceLimits: { maxOldGenerationSizeMb: heapMegabytes },
      execArgv,
      recordTiming: false,
      // The event loop of the server comes first (Linux). Not by more: with 10, beside tests and browsers that kept two cores busy,
      // answers about a catalog took minutes.
      niceIncrement: 3,
    });
    pool.on('message', ({ startedCall }: Started) => onStart.get(startedCall)?.());
    return pool;
  };
  return {
    async run<Request, Answer>(
      task: Task<Request, Answer>,
      request: Request,
      { subject, limitMs, signal, transfer }: ThreadOptions,
    ): Promise<Answer> {
      signal?.throwIfAborted();
      const abort = new AbortController();
      const stop = () => abort.abort();
      signal?.addEventListener('abort', stop, { once: true });
      lastId += 1;
      const call: Call<Request> = { id: lastId, request };
      let timer: NodeJS.Timeout | undefined;
      onStart.set(call.id, () => {
        timer = setTimeout(stop, limitMs);
      });
      try {
        const { path: filename } = executableFile(task.file);
        const { exportName: name } = task;
        const options = { filename, name, signal: abort.signal, ...(transfer && { transferList: transfer }) };
        return readReply(await open().run(call, options));
      } catch (error) {
        signal?.throwIfAborted();
        if (abort.signal.aborted) {
          throw new Fault('TREE_TIMEOUT', `Reading ${subject} took longer than ${limitMs / 1_000} s.`);
        }
        if ((error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY') {
          const message = `Reading ${subject} needs more than ${formatBytes(heapMegabytes * 1024 ** 2)} of memory.`;
          throw new Fault('TREE_TOO_LARGE', message, { cause: error });
        }
        throw error;
      } finally {
        clearTimeout(timer);
        onStart.delete(call.id);
        signal?.removeEventListener('abort', stop);
      }
    },

    async close() {
      await pool?.destroy();
    },
  };
}
