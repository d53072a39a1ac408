import { readStart } from '../../files/read-start.ts';
import { printable } from './text.ts';

/** A stack trace of 200 lines with the longest message that a page gives; the rest is not needed for a verdict. */
const maxBytes = 256 * 1024;
/** A test has three phases that throw: before, steps, after. More files than this are not read. */
const maxExceptions = 8;

/** The title that MFTF gives to the attachment of an exception, for example `TestMethodException`. */
export function isException(title: string): boolean {
  return /Exception$/.test(title);
}

/**
 * The messages of the exceptions of a test, the first one that was thrown first. MFTF attaches one file for each exception, the
 * last one first: an exception in `<after>` is followed by the one that it replaced as the test's message (read in
 * TestContextExtension of MFTF 3.0 to 6.0, and seen with 3.8).
 */
export async function readExceptions(paths: readonly string[]): Promise<string[]> {
  const texts = await Promise.all(paths.slice(-maxExceptions).map((path) => readStart(path, maxBytes)));
  return texts
    .flatMap((text) => (text === undefined ? [] : [exceptionMessage(text.toString('utf8'))]))
    .filter((message) => message !== '')
    .reverse();
}

/** The class before a message: `Magento\...\FastFailException: `. Failed assertions have none. */
const className = /^(?:\w+\\)*\w*(?:Exception|Error)\w*: /;
/** The longest class name that is looked for. Without a bound a text of one word would take quadratic time. */
const maxClassName = 300;
/**
 * What ends a message: the file of the trace (PHPUnit), ` in <file>:<line>` or the heading of the trace (PHP). Bounded for the same
 * reason.
 */
const traceStart =
  /\n[ \t]{0,8}(?:\/|[A-Za-z]:\\|phar:)[^\n]{0,1000}\.php:\d{1,9}(?=\n|$)| in \/[^\n]{0,1000}:\d{1,9}\nStack trace:|\nStack trace:|\nCaused by\n|\n#0 /;

/** The message of an exception that PHP or PHPUnit has printed with its trace. */
function exceptionMessage(text: string): string {
  // PHP prints a chain with the exception itself last; PHPUnit prints it first.
  const chain = text.includes('\nStack trace:') ? text.split(/\n\nNext (?=[\w\\]+: )/) : [text];
  const own = chain.at(-1) ?? '';
  const [message = ''] = own.split(traceStart, 1);
  const prefix = className.exec(message.slice(0, maxClassName))?.[0] ?? '';
  return printable(message.slice(prefix.length)).trim();
}
