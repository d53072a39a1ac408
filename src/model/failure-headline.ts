/**
 * Separates the exceptions in the message of a test: the first one is why it failed, the others came after it, in `<after>` or when
 * the browser was closed.
 */
export const laterException = '\n\nAfter that: ';

/** The first line of the message of a test whose suite failed before it. MFTF writes it, and so does matre where MFTF does not. */
export const beforeFailedHeading = 'SUITE PRECONDITION FAILED:';

/** More lines of a message are not needed for its headline. */
const maxHeadlineLines = 40;

/**
 * The first line of a message that says something, with the values that it compares: Codeception and PHPUnit write them on the lines
 * below. `SUITE PRECONDITION FAILED:` only announces the next lines.
 */
export function headlineOf(message: string): string {
  const [exception = ''] = message.split(laterException, 1);
  const lines = exception.split('\n', maxHeadlineLines).map((line) => line.trimEnd());
  const [first = '', ...rest] = lines.filter((line) => line.trim() !== '');
  const values = valuesIn(rest);
  if (values) return `${first} Expected ${values.expected}, actual ${values.actual}.`;
  if (first.endsWith(':') && rest.length > 0) return `${first} ${headlineOf(rest.join('\n').trimStart())}`;
  const end = rest.findIndex((line) => !line.startsWith('--> '));
  const continued = end === -1 ? rest : rest.slice(0, end);
  return [first, ...continued.map((line) => line.slice('--> '.length).trim())].join(' ');
}

/** The two values that the first exception of a message compares. */
interface ComparedValues {
  expected: string;
  actual: string;
}

/** The values that a message compares; `undefined` when it compares none. */
function comparedValues(message: string): ComparedValues | undefined {
  const [exception = ''] = message.split(laterException, 1);
  return valuesIn(exception.split('\n', maxHeadlineLines).map((line) => line.trimEnd()));
}

/** The different pairs of values that messages compare, as `- '47,19 €'  + '39,00 €'`, at most `max`. */
export function comparedPairs(messages: readonly string[], max: number): string[] {
  const pairs = messages.flatMap((message) => {
    const pair = comparedValues(message);
    return pair ? [`- ${pair.expected}  + ${pair.actual}`] : [];
  });
  return [...new Set(pairs)].slice(0, max);
}

/** The values below `--- Expected` of PHPUnit or `- Expected | + Actual` of Codeception. */
function valuesIn(lines: readonly string[]): ComparedValues | undefined {
  const start = lines.findIndex((line) => /^-{1,3} Expected/.test(line));
  if (start === -1) return undefined;
  const values = lines.slice(start + 1).filter((line) => !/^(?:\+\+\+ Actual|@@)/.test(line));
  const expected = values.find((line) => line.startsWith('-'));
  const actual = values.find((line) => line.startsWith('+'));
  if (expected === undefined || actual === undefined) return undefined;
  return { expected: expected.slice(1).trim(), actual: actual.slice(1).trim() };
}
