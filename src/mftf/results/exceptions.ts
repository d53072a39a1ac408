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
    .flatMap((content) => (content === undefined ? [] : [messageOf(content)]))
    .filter((message) => message !== '')
    .reverse();
}

function messageOf(content: Buffer): string {
  const message = serializedMessage(content);
  return message === undefined ? exceptionMessage(content.toString('utf8')) : printable(message).trim();
}

/** The beginning of an object that PHP has serialized: the lengths of its class and the number of its properties. */
const serializedObject = /^O:\d{1,4}:"([\w\\]{1,300})":\d{1,4}:\{/;
/** The property `message` of an exception, with the bytes of its text. PHP marks a protected property with zero bytes. */
const messageProperty = /s:\d{1,3}:"(?:\0\*\0)?message";s:(\d{1,9}):"/;
/** The end of a text, and the beginning of the next property. */
const endOfText = /";(?=s:\d{1,9}:"|\})/;
/** Where the message is looked for: it is the first property. */
const maxBeforeMessage = 1_000;

/**
 * The message of an exception as PHP serializes it, which is what MFTF 4.3 and newer attach (seen with 6.0.1 and Codeception 5.1);
 * `undefined` for another text.
 */
function serializedMessage(content: Buffer): string | undefined {
  // Lengths are in bytes, so each character is one.
  const text = content.toString('latin1');
  const start = text.slice(0, maxBeforeMessage);
  const [, type] = serializedObject.exec(start) ?? [];
  const property = messageProperty.exec(start);
  if (type === undefined || !property) return undefined;
  const begin = property.index + property[0].length;
  const rest = text.slice(begin);
  const length = Number(property[1]);
  // A secret that was hidden in the message has changed its length.
  const end = rest.startsWith('";', length) ? length : (endOfText.exec(rest)?.index ?? rest.length);
  return Buffer.from(rest.slice(0, end), 'latin1').toString('utf8') || withoutMessage(type);
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
  const words = printable(message.slice(prefix.length)).trim();
  return words === '' && prefix !== '' ? withoutMessage(prefix.slice(0, -': '.length)) : words;
}

/** Stands for the message of an exception that has none, such as that of a wait that ran out. */
function withoutMessage(type: string): string {
  return `${type.slice(type.lastIndexOf('\\') + 1)} without a message`;
}
