import { readdirSync, readFileSync } from 'node:fs';

/** Keeps sandboxes below their memory limit while commands run in them. */
export interface MemoryGuard {
  /** Watches a sandbox until the returned function is called. `killProcess` gets a process id of the sandbox. */
  guard(id: string, init: number, limitBytes: number, killProcess: (pid: number) => void): () => void;
  /** Whether the limit was reached since a moment of `performance.now()`. */
  limitReachedSince(id: string, moment: number): boolean;
}

const checkMs = 250;

/**
 * A process usually may not create control groups, so the memory of a sandbox is checked four times a second, and the largest
 * process is killed when their sum exceeds the limit: as the kernel would, only later. A fast process can exceed the limit
 * between two checks. The content of a tmpfs does not count; a tmpfs has its own limit.
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

/** The private memory of each process in the sandbox. The sandbox's /proc shows only these, with their ids in the sandbox. */
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
