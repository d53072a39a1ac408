import { type Queryable, storable } from '../database/database.ts';

/** Something that happened to a run and is worth reading. */
export interface RunEvent {
  id: number;
  runId: number;
  at: Date;
  /** A fault code, or an event code such as `CONTAINER_REPLACED`. */
  code: string;
  message: string;
}

export type Events = ReturnType<typeof createEvents>;

export function createEvents(deps: { database: Queryable }) {
  return {
    /** The events of a run, the oldest first; with `after`, only those after the event with that id. */
    async list(runId: number, after = 0): Promise<RunEvent[]> {
      const rows = await deps.database.query<Omit<RunEvent, 'runId'> & { run_id: number }>(
        'SELECT id, run_id, at, code, message FROM run_event WHERE run_id = $1 AND id > $2 ORDER BY id',
        [runId, after],
      );
      return rows.map(({ run_id, ...event }) => ({ ...event, runId: run_id }));
    },
  };
}

/** Adds an event, in the transaction that changes the run. */
export async function addEvent(
  transaction: Queryable,
  runId: number,
  { code, message }: { code: string; message: string },
): Promise<void> {
  await transaction.query('INSERT INTO run_event (run_id, code, message) VALUES ($1, $2, $3)', [
    runId,
    code,
    storable(message),
  ]);
}

/** Between the clock of a container engine and that of the database, and between a change and its event. */
const maxClockDifferenceS = 60;

/** Whether a run has recorded an event with this code and message within a minute of `at`. Reads all events. */
export async function recordedEvent(
  database: Queryable,
  { code, message, at }: { code: string; message: string; at: Date },
): Promise<boolean> {
  const rows = await database.query(
    `SELECT FROM run_event WHERE code = $1 AND message = $2
       AND at BETWEEN $3::timestamptz - $4 * interval '1 second' AND $3::timestamptz + $4 * interval '1 second' LIMIT 1`,
    [code, message, at, maxClockDifferenceS],
  );
  return rows.length > 0;
}
