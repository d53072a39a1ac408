import { createStoredList } from './stored-list.ts';

export type Announced = 'nothing' | 'begin' | 'end';
type Stored = [id: number, announced: Announced];

/** The reservations that were added in this browser, each with what its user was notified of last. */
const list = createStoredList({
  name: 'own-reservations',
  maxEntries: 20,
  isEntry: (value): value is Stored => Array.isArray(value) && Number.isSafeInteger(value[0]),
});

export const { read: readOwnReservations, watch: watchOwnReservations, text: ownReservationsText } = list;

/** Notes a reservation that was added in this browser. */
export function noteOwnReservation(id: number): void {
  list.write([...list.read(), [id, 'nothing']]);
}

/** Notes that the user was notified. False when that was noted already, for example by another tab. */
export function noteAnnounced(id: number, announced: Exclude<Announced, 'nothing'>): boolean {
  const all = list.read();
  const own = all.find(([each]) => each === id);
  if (own === undefined || own[1] === announced) return false;
  list.write(all.map((each) => (each === own ? [id, announced] : each)));
  return true;
}

/** Forgets a reservation that has ended. */
export function forgetOwnReservation(id: number): void {
  list.write(list.read().filter(([each]) => each !== id));
}
