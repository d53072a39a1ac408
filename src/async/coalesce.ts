import { delay } from './delay.ts';

/** What changes without word of it (the time that is left, for one) is at most so old. */
const defaultOldestMs = 1_000;
const maxKept = 200;

interface Entry<Answer> {
  version: number;
  startedAt: number;
  answer: Promise<Answer>;
  /** No other reading begins before: while this one goes on, and as long again. */
  restUntil: number;
}

/**
 * One reading for all who ask the same: fifty open pages hear of a change at the same moment, and ask. An answer serves
 * everybody who asks until something changes; while one is made, those who know of a later change wait for the next one. Between
 * two of them it rests as long as the last one took, so that a storm of changes leaves half of the time to others.
 */
export function createRequestCoalescer<Answer>(
  changes: { version(): number },
  { oldestMs = defaultOldestMs } = {},
): (key: string, work: () => Promise<Answer>) => Promise<Answer> {
  const entries = new Map<string, Entry<Answer>>();
  const next = new Map<string, Promise<Answer>>();

  const begin = (key: string, work: () => Promise<Answer>): Promise<Answer> => {
    const entry: Entry<Answer> = {
      version: changes.version(),
      startedAt: performance.now(),
      answer: work().finally(() => {
        const now = performance.now();
        entry.restUntil = now + Math.min(oldestMs, now - entry.startedAt);
      }),
      restUntil: Number.POSITIVE_INFINITY,
    };
    entries.delete(key);
    entries.set(key, entry);
    if (entries.size > maxKept) entries.delete(entries.keys().next().value as string);
    // An error is for those who waited for it; the next one asks again.
    entry.answer.catch(() => {
      if (entries.get(key) === entry) entries.delete(key);
    });
    return entry.answer;
  };

  const afterThis = async (key: string, current: Entry<Answer>, work: () => Promise<Answer>) => {
    await current.answer.catch(() => undefined);
    await delay(Math.max(0, current.restUntil - performance.now()));
    next.delete(key);
    return begin(key, work);
  };

  return (key, work) => {
    const current = entries.get(key);
    if (current === undefined) return begin(key, work);
    const fresh = current.version === changes.version() && performance.now() - current.startedAt < oldestMs;
    if (fresh) return current.answer;
    if (performance.now() >= current.restUntil) return begin(key, work);
    const waiting = next.get(key) ?? afterThis(key, current, work);
    next.set(key, waiting);
    return waiting;
  };
}
