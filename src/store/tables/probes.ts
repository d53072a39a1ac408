import { z } from 'zod';
import { channels, type Database } from '../database/database.ts';

/** The prefix of the locks that workers try on request; they try no other lock. */
export const probeLockPrefix = 'matre_doctor_';

const name = z.string().regex(/^matre_doctor_[0-9a-f-]{36}$/);

/** A question to workers. */
const question = z.union([
  /** A lock that the doctor holds: is the worker refused? */
  z.object({ lock: name }),
  /** A file in the data folder of the doctor: is it in that of the worker? */
  z.object({ mark: name }),
]);
export type ProbeQuestion = z.output<typeof question>;

/** The result of a worker's try to acquire a lock that the doctor holds. */
const lockAnswer = z.object({
  lock: z.string(),
  worker: z.string().describe('`host/process`, as in the table of workers'),
  outcome: z.enum(['refused', 'taken', 'failed']),
  message: z.string().optional().describe('Why it failed'),
});
export type LockAnswer = z.output<typeof lockAnswer>;

/** Where a worker keeps the files of its runs, and whether its data folder is that of the doctor. */
const markAnswer = z.object({
  mark: z.string(),
  worker: z.string(),
  keptIn: z.enum(['folder', 'database', 's3']),
  folder: z.string(),
  seen: z.boolean(),
});
export type MarkAnswer = z.output<typeof markAnswer>;

const answer = z.union([lockAnswer, markAnswer]);
export type ProbeAnswer = z.output<typeof answer>;

/** Questions of the doctor to all workers, and their answers, as notifications of the database. Nothing is stored. */
export function createProbes({ database }: { database: Database }) {
  const notify = (channel: string, payload: unknown) =>
    database.query('SELECT pg_notify($1, $2)', [channel, JSON.stringify(payload)]);
  return {
    ask: async (toAll: ProbeQuestion): Promise<void> => void (await notify(channels.probe, toAll)),
    answer: async (reply: ProbeAnswer): Promise<void> => void (await notify(channels.answer, reply)),
    onQuestion: (callback: (question: ProbeQuestion) => void) =>
      database.listen(channels.probe, (payload) => {
        const parsed = question.safeParse(parseJson(payload));
        if (parsed.success) callback(parsed.data);
      }),
    onAnswer: (callback: (answer: ProbeAnswer) => void) =>
      database.listen(channels.answer, (payload) => {
        const parsed = answer.safeParse(parseJson(payload));
        if (parsed.success) callback(parsed.data);
      }),
  };
}

export type Probes = ReturnType<typeof createProbes>;

/** `undefined` for an empty payload, which comes after a reconnect. */
function parseJson(payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    return undefined;
  }
}
