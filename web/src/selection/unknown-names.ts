/** A name that the catalog does not have, with the nearest that it has. */
export interface UnknownName {
  name: string;
  nearest: string[];
}

/**
 * The unknown names that the server complains of (SELECTION_UNKNOWN), out of its sentences:
 * `There is no test "GuestTst". Nearest: GuestTest, GuestsTest.`
 */
export function unknownNames(message: string): UnknownName[] {
  return [...message.matchAll(/There is no [\w, ]+ "([^"]+)"\.(?: Nearest: ([^"]+?)\.(?=\s|$))?/g)].map(
    ([, name = '', nearest = '']) => ({ name, nearest: nearest === '' ? [] : nearest.split(', ') }),
  );
}
