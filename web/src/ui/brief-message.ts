import { headlineOf } from '#src/model/failure-headline.ts';

/** A value that is a whole page must not fill the view. */
const maxCharacters = 240;

/**
 * The headline of a failed test, as the command line prints it, with at most `maxCharacters`. The middle is left out, because the
 * expected value of many assertions is at the end.
 */
export function briefMessage(message: string): string {
  const text = headlineOf(message);
  if (text.length <= maxCharacters) return text;
  const half = maxCharacters / 2;
  return `${text.slice(0, half).trimEnd()} … ${text.slice(-half).trimStart()}`;
}
