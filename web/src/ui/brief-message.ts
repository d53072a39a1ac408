/** The longest value of a comparison that is shown whole. */
const maxValueCharacters = 60;

/**
 * The message of a failed test on one line. PHPUnit's comparison of two values, which takes four lines, becomes
 * `expected '47,19 €', got '39,00 €'`; of other messages it is the first line.
 */
export function briefMessage(message: string): string {
  const lines = message.split('\n', 40).filter((line) => line.trim() !== '');
  const [first = ''] = lines;
  const start = lines.findIndex((line) => line.startsWith('- Expected'));
  if (start === -1) return first;
  const expected = lines.find((line, index) => index > start && line.startsWith('-'));
  const actual = lines.find((line, index) => index > start && line.startsWith('+'));
  if (expected === undefined || actual === undefined) return first;
  return `${first.replace(/\.$/, '')}: expected ${shorten(expected.slice(1))}, got ${shorten(actual.slice(1))}`;
}

function shorten(value: string): string {
  const text = value.trim();
  return text.length <= maxValueCharacters ? text : `${text.slice(0, maxValueCharacters - 1)}…`;
}
