import { posix } from 'node:path';
import phpParser from 'php-parser';
import { type RegistrationCall, readRegistrationCalls } from './registration-calls.ts';

/** The name under which a registration.php registers a folder, both as MFTF sees them. */
export interface Registration {
  /** Relative to the Magento root. */
  folder: string;
  name: string;
}

/** A registration.php has a few lines. Longer ones are left to PHP, and what is longer still is no such file. */
const maxBytes = 64 * 1024;
export const maxPhpBytes = 1024 * 1024;
/** Its time grows with the square: 0.1 s for a concatenation of so many tokens, 1.2 s for 10,000 (measured). */
const maxTokens = 2_000;
/** Stands for the Magento root, which no text in a file can spell. */
const rootMark = '/\u0001';

const createParser = () =>
  new phpParser.Engine({
    parser: { version: 802, suppressErrors: false, extractDoc: false },
    ast: { withPositions: false },
    lexer: { short_tags: false, asp_tags: false },
  });
const parser = createParser();
// Reading tokens changes the settings of a parser.
const tokenizer = createParser();
const insignificant = new Set(['T_WHITESPACE', 'T_COMMENT', 'T_DOC_COMMENT']);

/**
 * What a registration.php in a folder registers, read without running it; `undefined` when only PHP can tell: the file has
 * conditions, calls of functions, or is not valid. `folder` is relative to the Magento root.
 */
export function readRegistrations(content: Uint8Array, folder: string): Registration[] | undefined {
  if (content.length > maxPhpBytes) return [];
  if (content.length > maxBytes) return undefined;
  const text = Buffer.from(content).toString('latin1');
  // With PHP's default settings `<?` begins code.
  if (/<\?(?!php\s|=)/i.test(text)) return undefined;
  const directory = `${rootMark}/${Buffer.from(folder).toString('latin1')}`;
  try {
    const tokens: unknown[] = tokenizer.tokenGetAll(text);
    if (tokens.length > maxTokens || !isComplete(tokens)) return undefined;
    const calls = readRegistrationCalls(parser.parseCode(text, 'registration.php'), directory);
    if (!calls || !areValid(calls) || !calls.every(isBelowRoot)) return undefined;
    return registrationsOf(calls, rootMark).map(({ folder, name }) => ({
      folder: utf8(folder),
      name: utf8(name),
    }));
  } catch {
    // It is not valid PHP, or nested too deeply.
    return undefined;
  }
}

/** Whether the last statement has its end, which the parser does not insist on. */
function isComplete(tokens: unknown[]): boolean {
  const last = tokens.findLast(
    (token: unknown) => !Array.isArray(token) || !insignificant.has(String(token[0])),
  );
  return Array.isArray(last)
    ? last[0] === 'T_CLOSE_TAG' || last[0] === 'T_INLINE_HTML'
    : last === ';' || last === '}';
}

/** MFTF searches modules, libraries, themes and languages, in this order. */
const searchedTypes = ['module', 'library', 'theme', 'language'];

/**
 * The registrations of calls as MFTF finds them: the later type takes a name from the earlier one, and of two names for a folder
 * the first counts. The name '' means that of the folder. Paths outside of `root` are omitted.
 */
export function registrationsOf(calls: RegistrationCall[], root: string): Registration[] {
  const paths = new Map<string | number, string>();
  for (const searched of searchedTypes) {
    for (const [index, { type, name, path }] of calls.entries()) {
      if (type !== searched) continue;
      paths.set(isIntegerKey(name) ? index : name, path);
    }
  }
  const names = new Map<string, string>();
  for (const [name, path] of paths) {
    const real = posix.normalize(path.replaceAll('\\', '/')).replace(/\/$/, '');
    if (!real.startsWith(`${root}/`)) continue;
    const folder = real.slice(root.length + 1);
    if (!names.has(folder)) names.set(folder, typeof name === 'number' ? '' : name);
  }
  return [...names].map(([folder, name]) => ({ folder, name }));
}

/**
 * Whether PHP turns a name into an integer key. MFTF numbers these keys anew from 0, and takes the name of the folder for 0; the
 * number of a further one depends on the whole installation, so it counts as 0, too.
 */
function isIntegerKey(name: string): boolean {
  return /^(?:0|-?[1-9]\d{0,18})$/.test(name) && BigInt.asIntN(64, BigInt(name)) === BigInt(name);
}

/** Whether the registrar throws for none of the calls. Numbers become other keys in PHP, so they count as unclear. */
function areValid(calls: RegistrationCall[]): boolean {
  const keys = new Set(calls.map(({ type, name }) => `${type}\0${name}`));
  const isValid = ({ type, name }: RegistrationCall) =>
    (type === 'setup' || searchedTypes.includes(type)) && !/^-?\d*$/.test(name);
  return keys.size === calls.length && calls.every(isValid);
}

/** Whether a path lies below the Magento root; elsewhere it depends on the machine. */
function isBelowRoot({ path }: RegistrationCall): boolean {
  return posix.normalize(path.replaceAll('\\', '/')).startsWith(`${rootMark}/`);
}

function utf8(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
