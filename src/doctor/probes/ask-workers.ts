import { delay } from '../../async/delay.ts';
import { createProbes, type ProbeAnswer, type ProbeQuestion } from '../../store/tables/probes.ts';
import type { WorkerProcess } from '../../store/tables/workers.ts';
import type { CheckContext } from '../check-context.ts';
import { limitsOf } from '../limits.ts';

export interface WorkerReplies<Answer> {
  byWorker: Map<string, Answer>;
  /** The workers without an answer that have sent a heartbeat since the question: they are slow, not lost. */
  alive: Set<string>;
  /** The longest wait for answers. */
  waitedMs: number;
}

/** Asks workers a question, and waits until all have answered or until the timeout for workers. */
export async function askWorkers<Answer extends ProbeAnswer>(
  { config, database, workers }: Pick<CheckContext, 'config' | 'database' | 'workers'>,
  recipients: readonly WorkerProcess[],
  question: ProbeQuestion,
  isAnswer: (answer: ProbeAnswer) => answer is Answer,
): Promise<WorkerReplies<Answer>> {
  const { workerMs: waitedMs } = limitsOf(config);
  const byWorker = new Map<string, Answer>();
  if (recipients.length === 0) return { byWorker, alive: new Set(), waitedMs };
  const probes = createProbes({ database });
  const complete = new AbortController();
  const stop = await probes.onAnswer((answer) => {
    if (!isAnswer(answer)) return;
    byWorker.set(answer.worker, answer);
    if (recipients.every(({ id }) => byWorker.has(id))) complete.abort();
  });
  try {
    await probes.ask(question);
    await delay(waitedMs, complete.signal);
    if (complete.signal.aborted) return { byWorker, alive: new Set(), waitedMs };
    const seenBefore = new Map(recipients.map(({ id, seenAt }) => [id, seenAt]));
    const silent = (await workers.list()).filter(({ id, seenAt }) => seenAt > (seenBefore.get(id) ?? seenAt));
    return { byWorker, alive: new Set(silent.map(({ id }) => id)), waitedMs };
  } finally {
    await stop();
  }
}
