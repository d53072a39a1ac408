import { delay } from './delay.ts';

/** The maximum age of a response, for content that changes without a notification, such as the time that a run has left. */
const defaultMaxAgeMs = 1_000;
const maxKeys = 200;

interface Entry<Answer> {
  version: number;
  startedAt: number;
  answer: Promise<Answer>;
  /** No other execution starts before: while this one is running, and as long again. */
  nextStartAt: number;
}

/**
 * Shares one execution of `work` among all calls with the same key: fifty open pages that are notified of a change request the same
 * data at the same moment. A response is reused until something changes (`changes.version` grows) or it is older than `maxAgeMs`;
 * calls that come after a change, while an older execution is running, share the next one. Between two executions passes as much
 * time as the last one took, so that many changes leave half of the time to other work. Rejects as `work` does; errors are not
 * cached.
 */
export function createRequestCoalescer<Answer>(
  changes: { version(): number },
  { maxAgeMs = defaultMaxAgeMs } = {},
): (key: string, work: () => Promise<Answer>) => Promise<Answer> {
  const entries = new Map<string, Entry<Answer>>();
  const next = new Map<string, Promise<Answer>>();

  const start = (key: string, work: () => Promise<Answer>): Promise<Answer> => {
    const entry: Entry<Answer> = {
      version: changes.version(),
      startedAt: performance.now(),
      answer: work().finally(() => {
        const now = performance.now();
        entry.nextStartAt = now + Math.min(maxAgeMs, now - entry.startedAt);
      }),
      nextStartAt: Number.POSITIVE_INFINITY,
    };
    entries.delete(key);
    entries.set(key, entry);
    if (entries.size > maxKeys) entries.delete(entries.keys().next().value as string);
    // An error is for the calls that waited for it; the next call runs `work` again.
    entry.answer.catch(() => {
      if (entries.get(key) === entry) entries.delete(key);
    });
    return entry.answer;
  };

  const startNext = async (key: string, current: Entry<Answer>, work: () => Promise<Answer>) => {
    await current.answer.catch(() => undefined);
    await delay(Math.max(0, current.nextStartAt - performance.now()));
    next.delete(key);
    return start(key, work);
  };

  return (key, work) => {
    const current = entries.get(key);
    if (current === undefined) return start(key, work);
    const isFresh = current.version === changes.version() && performance.now() - current.startedAt < maxAgeMs;
    if (isFresh) return current.answer;
    if (performance.now() >= current.nextStartAt) return start(key, work);
    const waiting = next.get(key) ?? startNext(key, current, work);
    next.set(key, waiting);
    return waiting;
  };
}
