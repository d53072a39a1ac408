import { z } from 'zod';
import { channels, type Database } from './database.ts';

/** How the name of a lock begins that workers may be asked to try; no other is tried on somebody's word. */
export const probeLockPrefix = 'matre_doctor_';

/** What a worker found when it tried a lock that somebody else holds. */
export interface ProbeAnswer {
  lock: string;
  /** `host/process`, as in the table of workers. */
  worker: string;
  outcome: 'refused' | 'taken' | 'failed';
  /** Why it failed. */
  message?: string | undefined;
}

const question = z.object({ lock: z.string().regex(/^matre_doctor_[0-9a-f-]{36}$/) });
const answer = z.object({
  lock: z.string(),
  worker: z.string(),
  outcome: z.enum(['refused', 'taken', 'failed']),
  message: z.string().optional(),
});

/** Questions to all workers about a lock, and their answers, as notices of the database: nothing is kept. */
export function createProbes({ database }: { database: Database }) {
  const notify = (channel: string, payload: unknown) =>
    database.query('SELECT pg_notify($1, $2)', [channel, JSON.stringify(payload)]);
  return {
    ask: async (lock: string): Promise<void> => void (await notify(channels.probe, { lock })),
    answer: async (given: ProbeAnswer): Promise<void> => void (await notify(channels.answer, given)),
    onQuestion: (callback: (lock: string) => void) =>
      database.listen(channels.probe, (payload) => {
        const asked = question.safeParse(parseJson(payload));
        if (asked.success) callback(asked.data.lock);
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
