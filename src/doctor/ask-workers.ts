import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '../store/database.ts';
import { createProbes, type ProbeAnswer, type ProbeQuestion } from '../store/probes.ts';
import type { WorkerProcess } from '../store/workers.ts';

/** A worker answers within milliseconds, unless its event loop is blocked. */
export const answerWithinMs = 3_000;

/** The answers to a question by worker, when all of these have answered or it has taken too long. */
export async function askWorkers<Answer extends ProbeAnswer>(
  database: Database,
  live: readonly WorkerProcess[],
  question: ProbeQuestion,
  isAnswer: (given: ProbeAnswer) => given is Answer,
): Promise<Map<string, Answer>> {
  const answers = new Map<string, Answer>();
  if (live.length === 0) return answers;
  const probes = createProbes({ database });
  const over = new AbortController();
  const stop = await probes.onAnswer((given) => {
    if (!isAnswer(given)) return;
    answers.set(given.worker, given);
    if (live.every(({ id }) => answers.has(id))) over.abort();
  });
  try {
    await probes.ask(question);
    await delay(answerWithinMs, undefined, { signal: over.signal }).catch(() => {});
    return answers;
  } finally {
    await stop();
  }
}
