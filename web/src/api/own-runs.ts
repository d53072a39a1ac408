import { storageKeyOf } from '../base-path.ts';

/** The runs that were submitted in this browser and whose end was not reported yet, by their numbers. */
const storageKey = storageKeyOf('own-runs');
/** The oldest are forgotten. */
const maxRuns = 50;
const listeners = new Set<() => void>();

/** Whether the response to a `POST` of this path has submitted runs: a new run, a retry, a schedule that was fired. */
const submits = (path: string) => /^\/api\/(?:runs|runs\/\d+\/retry|schedules\/[^/]+\/fire)$/.test(path);

/** Notes the runs in the response to a request that submitted some. */
export function noteOwnRuns(path: string, answer: unknown): void {
  if (!submits(path) || typeof answer !== 'object' || answer === null) return;
  const { id, runs } = answer as { id?: unknown; runs?: { id?: unknown }[] };
  const ids = Array.isArray(runs) ? runs.map((run) => run.id) : [id];
  write([...readOwnRuns(), ...ids.filter((each): each is number => Number.isSafeInteger(each))]);
}

/** Forgets a run. False when it was forgotten already, for example by another tab. */
export function forgetOwnRun(id: number): boolean {
  const ids = readOwnRuns();
  if (!ids.includes(id)) return false;
  write(ids.filter((each) => each !== id));
  return true;
}

export function readOwnRuns(): number[] {
  try {
    const ids: unknown = JSON.parse(localStorage.getItem(storageKey) ?? '[]');
    return Array.isArray(ids) ? ids.filter((id): id is number => Number.isSafeInteger(id)) : [];
  } catch {
    return [];
  }
}

/** Calls `listener` after each change, also by another tab. Returns a function that unsubscribes. */
export function watchOwnRuns(listener: () => void): () => void {
  const onStorage = ({ key }: StorageEvent) => key === storageKey && listener();
  listeners.add(listener);
  window.addEventListener('storage', onStorage);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('storage', onStorage);
  };
}

/** The stored text, which changes with the runs: for `useSyncExternalStore`. */
export const ownRunsText = (): string => localStorage.getItem(storageKey) ?? '';

function write(ids: readonly number[]): void {
  localStorage.setItem(storageKey, JSON.stringify([...new Set(ids)].slice(-maxRuns)));
  for (const listener of listeners) listener();
}
