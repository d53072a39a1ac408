import { z } from 'zod';
import { channels, type Database } from '../database/database.ts';

/** How the name of a lock begins that workers may be asked to try; no other is tried on somebody's word. */
export const probeLockPrefix = 'matre_doctor_';

const name = z.string().regex(/^matre_doctor_[0-9a-f-]{36}$/);

/** What workers may be asked. */
const question = z.union([
  /** A lock that somebody else holds: does it keep you out? */
  z.object({ lock: name }),
  /** A file in the data folder of who asks: is it in yours? */
  z.object({ mark: name }),
]);
export type ProbeQuestion = z.output<typeof question>;

/** What a worker found when it tried a lock that somebody else holds. */
const lockAnswer = z.object({
  lock: z.string(),
  worker: z.string().describe('`host/process`, as in the table of workers'),
  outcome: z.enum(['refused', 'taken', 'failed']),
  message: z.string().optional().describe('Why it failed'),
});
export type LockAnswer = z.output<typeof lockAnswer>;

/** Where a worker keeps the files of its runs, and whether its data folder is that of who asks. */
const markAnswer = z.object({
  mark: z.string(),
  worker: z.string(),
  keptIn: z.enum(['folder', 'database']),
  folder: z.string(),
  seen: z.boolean(),
});
export type MarkAnswer = z.output<typeof markAnswer>;

const answer = z.union([lockAnswer, markAnswer]);
export type ProbeAnswer = z.output<typeof answer>;

/** Questions of the doctor to all workers, and their answers, as notices of the database: nothing is kept. */
export function createProbes({ database }: { database: Database }) {
  const notify = (channel: string, payload: unknown) =>
    database.query('SELECT pg_notify($1, $2)', [channel, JSON.stringify(payload)]);
  return {
    ask: async (asked: ProbeQuestion): Promise<void> => void (await notify(channels.probe, asked)),
    answer: async (given: ProbeAnswer): Promise<void> => void (await notify(channels.answer, given)),
    onQuestion: (callback: (asked: ProbeQuestion) => void) =>
      database.listen(channels.probe, (payload) => {
        const asked = question.safeParse(parseJson(payload));
        if (asked.success) callback(asked.data);
      }),
    onAnswer: (callback: (given: ProbeAnswer) => void) =>
      database.listen(channels.answer, (payload) => {
        const given = answer.safeParse(parseJson(payload));
        if (given.success) callback(given.data);
      }),
  };
}

export type Probes = ReturnType<typeof createProbes>;

/** The payload is empty after a connection was made again. */
function parseJson(payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    return undefined;
  }
}
