import { delay } from '../../async/delay.ts';
import { createProbes, type ProbeAnswer, type ProbeQuestion } from '../../store/tables/probes.ts';
import type { WorkerProcess } from '../../store/tables/workers.ts';
import type { CheckContext } from '../check-context.ts';
import { limitsOf } from '../limits.ts';

export interface WorkerAnswers<Answer> {
  byWorker: Map<string, Answer>;
  /** Those without an answer that have shown since that they are alive: they are slow, not lost. */
  alive: Set<string>;
  /** How long answers were waited for at most. */
  waitedMs: number;
}

/** Asks workers, until all have answered or it has taken too long. */
export async function askWorkers<Answer extends ProbeAnswer>(
  { config, database, workers }: Pick<CheckContext, 'config' | 'database' | 'workers'>,
  asked: readonly WorkerProcess[],
  question: ProbeQuestion,
  isAnswer: (given: ProbeAnswer) => given is Answer,
): Promise<WorkerAnswers<Answer>> {
  const { workerMs: waitedMs } = limitsOf(config);
  const byWorker = new Map<string, Answer>();
  if (asked.length === 0) return { byWorker, alive: new Set(), waitedMs };
  const probes = createProbes({ database });
  const over = new AbortController();
  const stop = await probes.onAnswer((given) => {
    if (!isAnswer(given)) return;
    byWorker.set(given.worker, given);
    if (asked.every(({ id }) => byWorker.has(id))) over.abort();
  });
  try {
    await probes.ask(question);
    await delay(waitedMs, over.signal);
    if (over.signal.aborted) return { byWorker, alive: new Set(), waitedMs };
    const seenBefore = new Map(asked.map(({ id, seenAt }) => [id, seenAt]));
    const later = (await workers.list()).filter(({ id, seenAt }) => seenAt > (seenBefore.get(id) ?? seenAt));
    return { byWorker, alive: new Set(later.map(({ id }) => id)), waitedMs };
  } finally {
    await stop();
  }
}
