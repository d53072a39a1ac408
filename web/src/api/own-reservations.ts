import { storageKeyOf } from '../base-path.ts';

/** The reservations that were added in this browser, each with what its user was notified of last. */
const storageKey = storageKeyOf('own-reservations');
/** The oldest are forgotten. */
const maxReservations = 20;
const listeners = new Set<() => void>();

export type Announced = 'nothing' | 'begin' | 'end';
type Stored = [id: number, announced: Announced][];

/** Notes a reservation that was added in this browser. */
export function noteOwnReservation(id: number): void {
  write([...readOwnReservations(), [id, 'nothing']]);
}

/** Notes that the user was notified. False when that was noted already, for example by another tab. */
export function noteAnnounced(id: number, announced: Exclude<Announced, 'nothing'>): boolean {
  const all = readOwnReservations();
  const own = all.find(([each]) => each === id);
  if (own === undefined || own[1] === announced) return false;
  write(all.map((each) => (each === own ? [id, announced] : each)));
  return true;
}

/** Forgets a reservation that has ended. */
export function forgetOwnReservation(id: number): void {
  write(readOwnReservations().filter(([each]) => each !== id));
}

export function readOwnReservations(): Stored {
  try {
    const all: unknown = JSON.parse(localStorage.getItem(storageKey) ?? '[]');
    return Array.isArray(all) ? all.filter(isStored) : [];
  } catch {
    return [];
  }
}

const isStored = (each: unknown): each is Stored[number] =>
  Array.isArray(each) && Number.isSafeInteger(each[0]);

/** Calls `listener` after each change, also by another tab. Returns a function that unsubscribes. */
export function watchOwnReservations(listener: () => void): () => void {
  const onStorage = ({ key }: StorageEvent) => key === storageKey && listener();
  listeners.add(listener);
  window.addEventListener('storage', onStorage);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('storage', onStorage);
  };
}

/** The stored text, which changes with the reservations: for `useSyncExternalStore`. */
export const ownReservationsText = (): string => localStorage.getItem(storageKey) ?? '';

function write(all: Stored): void {
  localStorage.setItem(storageKey, JSON.stringify(all.slice(-maxReservations)));
  for (const listener of listeners) listener();
}
