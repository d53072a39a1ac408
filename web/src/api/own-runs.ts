import { createStoredList } from './stored-list.ts';

const isNumber = (value: unknown): value is number => Number.isSafeInteger(value);

/** The runs that were submitted in this browser and whose end was not reported yet, by their numbers. */
const list = createStoredList({ name: 'own-runs', maxEntries: 50, isEntry: isNumber });

export const { read: readOwnRuns, watch: watchOwnRuns, text: ownRunsText } = list;

/** Whether the response to a `POST` of this path has submitted runs: a new run, a retry, a schedule that was fired. */
const submits = (path: string) => /^\/api\/(?:runs|runs\/\d+\/retry|schedules\/[^/]+\/fire)$/.test(path);

/** Notes the runs in the response to a request that submitted some. */
export function noteOwnRuns(path: string, answer: unknown): void {
  if (!submits(path) || typeof answer !== 'object' || answer === null) return;
  const { id, runs } = answer as { id?: unknown; runs?: { id?: unknown }[] };
  const ids = Array.isArray(runs) ? runs.map((run) => run.id) : [id];
  // A retry has the number of its run again.
  list.write([...new Set([...list.read(), ...ids.filter(isNumber)])]);
}

/** Forgets a run. False when it was forgotten already, for example by another tab. */
export function forgetOwnRun(id: number): boolean {
  const ids = list.read();
  if (!ids.includes(id)) return false;
  list.write(ids.filter((each) => each !== id));
  return true;
}
