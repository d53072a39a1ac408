/** A name that is not in the catalog, with the nearest names that are. */
export interface UnknownName {
  name: string;
  nearest: string[];
}

/**
 * Extracts the unknown names from a SELECTION_UNKNOWN message:
 * `There is no test "GuestTst". Nearest: GuestTest, GuestsTest.`
 */
export function unknownNames(message: string): UnknownName[] {
  return [...message.matchAll(/There is no [\w, ]+ "([^"]+)"\.(?: Nearest: ([^"]+?)\.(?=\s|$))?/g)].map(
    ([, name = '', nearest = '']) => ({ name, nearest: nearest === '' ? [] : nearest.split(', ') }),
  );
}
