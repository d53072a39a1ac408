import { readdirSync, readFileSync } from 'node:fs';

/** Keeps sandboxes below their memory limit while commands run in them. */
export interface MemoryGuard {
  /** Watches a sandbox until the function that it gives back is called. `end` kills a process by its id in the sandbox. */
  guard(id: string, init: number, limitBytes: number, killProcess: (pid: number) => void): () => void;
  /** Whether the limit was reached since a moment of `performance.now()`. */
  limitReachedSince(id: string, moment: number): boolean;
}

const checkMs = 250;

/**
 * A process has no right to make control groups in general, so the memory of a sandbox is looked at four times a second, and the
 * largest process is killed when all of them together are above the limit: what the kernel would do, only later. A process that
 * is very fast can go beyond the limit between two looks. What lies in a tmpfs does not count here; it has a size of its own.
 */
export function createMemoryGuard(): MemoryGuard {
  const reachedAt = new Map<string, number>();
  const watched = new Map<string, { users: number; timer: NodeJS.Timeout }>();

  function checkMemory(
    id: string,
    init: number,
    limitBytes: number,
    killProcess: (pid: number) => void,
  ): void {
    const processes = anonymousMemory(init);
    const total = processes.reduce((sum, { bytes }) => sum + bytes, 0);
    if (total <= limitBytes) return;
    const largest = processes.reduce((a, b) => (b.bytes > a.bytes ? b : a));
    reachedAt.set(id, performance.now());
    killProcess(largest.pid);
  }

  return {
    guard(id, init, limitBytes, killProcess) {
      const watch = watched.get(id) ?? {
        users: 0,
        timer: setInterval(checkMemory, checkMs, id, init, limitBytes, killProcess).unref(),
      };
      watch.users += 1;
      watched.set(id, watch);
      return () => {
        watch.users -= 1;
        if (watch.users > 0) return;
        clearInterval(watch.timer);
        watched.delete(id);
      };
    },
    limitReachedSince: (id, moment) => (reachedAt.get(id) ?? Number.NEGATIVE_INFINITY) >= moment,
  };
}

/** What each process in the sandbox has for itself. Its own /proc shows just these, with their ids in the sandbox. */
function anonymousMemory(init: number): { pid: number; bytes: number }[] {
  const proc = `/proc/${init}/root/proc`;
  let names: string[];
  try {
    names = readdirSync(proc).filter((name) => /^\d+$/.test(name) && name !== '1');
  } catch {
    return [];
  }
  return names.map((name) => {
    try {
      const kilobytes = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`${proc}/${name}/status`, 'utf8'))?.[1];
      return { pid: Number(name), bytes: Number(kilobytes ?? 0) * 1024 };
    } catch {
      return { pid: Number(name), bytes: 0 };
    }
  });
}
