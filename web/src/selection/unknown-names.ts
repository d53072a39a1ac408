import { toProblem } from '../api/problem.ts';

/** A name that is not in the catalog, with the nearest names that are. */
export interface UnknownName {
  name: string;
  nearest: string[];
}

/**
 * Extracts the unknown names from the SELECTION_UNKNOWN message of an error; none from other errors:
 * `There is no test "GuestTst". Nearest: GuestTest, GuestsTest.`
 */
export function unknownNames(error: unknown): UnknownName[] {
  const { code, message } = toProblem(error);
  if (code !== 'SELECTION_UNKNOWN') return [];
  return [...message.matchAll(/\b[Tt]here is no [\w, ]+ "([^"]+)"\.(?: Nearest: ([^"]+?)\.(?=\s|$))?/g)].map(
    ([, name = '', nearest = '']) => ({ name, nearest: nearest === '' ? [] : nearest.split(', ') }),
  );
}

/** A function that returns whether a name, or either half of `Suite:Test`, is unknown by an error. */
export function unknownBy(error: unknown): (name: string) => boolean {
  const unknown = new Set(unknownNames(error).map(({ name }) => name));
  return (name) => unknown.has(name) || name.split(':').some((part) => unknown.has(part));
}
