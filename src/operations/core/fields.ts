import { z } from 'zod';
import { isUserName, roles } from '../../model/access.ts';
import { isCredentials, splitBaseUrl } from '../../model/address/base-url.ts';
import { isEnvironmentCode, isVariableName } from '../../model/environment.ts';
import { isGitRef } from '../../model/git-ref.ts';
import { maxPasswordLength, maxRefLength, maxTestNameLength, maxUserNameLength } from '../../model/limits.ts';
import { isPlaywrightTest } from '../../model/playwright.ts';
import { isNewScheduleName, isScheduleName } from '../../model/schedule.ts';
import { hiddenCharacter } from '../../model/visible-text.ts';

/**
 * Schemas of the fields of inputs. What they do not describe is refused. Every text is built on `oneLine`, `text` or a pattern, so none
 * has control characters or an unlimited length.
 */

/** A whole number within bounds, also as digits, because a path or query has only text. Nothing else is converted. */
export const wholeNumber = (min = 0, max: number = Number.MAX_SAFE_INTEGER, message = boundsText(min, max)) =>
  z.preprocess(
    (value: number | string) =>
      typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value,
    z.int(message).min(min).max(max),
  );

function boundsText(min: number, max: number): string {
  if (max !== Number.MAX_SAFE_INTEGER) return `must be a whole number from ${min} to ${max}`;
  return min === 0 ? 'must be a whole number' : `must be a whole number of at least ${min}`;
}

/** The id of a run. */
export const runId = wholeNumber(1, Number.MAX_SAFE_INTEGER, 'must be the number of a run');

/** The id of a submission. */
export const submissionId = wholeNumber(1, Number.MAX_SAFE_INTEGER, 'must be the number of a submission');

/** The id of a reservation. */
export const reservationId = wholeNumber(1, Number.MAX_SAFE_INTEGER, 'must be the number of a reservation');

/** No control character, no line end of Unicode, and no half of a surrogate pair, which UTF-8 cannot express. */
const oneLine = z.string().refine((value) => !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(value), {
  error: 'must be one line without control characters',
  abort: true,
});

/** One line of text, trimmed. */
export const line = (max: number) => oneLine.trim().min(1, 'must not be empty').max(max);

/** One line of text, possibly empty, stored unchanged. */
export const exactLine = (max: number) => oneLine.max(max);

/** One line without characters that are invisible or change the direction of text. */
const visibleLine = oneLine.refine((value) => hiddenCharacter(value) === undefined, {
  error: ({ input }) =>
    `must not have ${hiddenCharacter(String(input))}, which is invisible or changes the direction of text`,
  abort: true,
});

/** One line that other users read, trimmed: it says what they see. Not for texts that are compared with others, such as names of tests. */
export const shownLine = (max: number) =>
  visibleLine
    .trim()
    .min(1, { error: 'must not be empty', abort: true })
    .max(max)
    .refine((value) => /[\p{L}\p{N}\p{P}\p{S}]/u.test(value), 'must have a visible character');

/** One line without such characters, possibly empty, stored unchanged. */
export const exactShownLine = (max: number) => visibleLine.max(max);

/** Text of any number of lines, stored unchanged. Of the control characters it may have tabs and line ends. */
export const text = (max: number) =>
  z
    .string()
    .max(max)
    .refine((value) => !/[^\P{Cc}\t\n\r]|\p{Cs}/u.test(value), 'must be text without control characters');

/** The content of a file, which is read and not stored, so a comment in it may have any character of a text. */
export const fileContent = (max: number) =>
  z
    .string()
    .max(max)
    .refine((value) => !/[\0\p{Cs}]/u.test(value), 'must be text');

/** The code of a new environment. */
export const newCode = z
  .string()
  .refine(
    isEnvironmentCode,
    'must be 1 to 63 lower-case letters, digits, - or _, starting with a letter or digit',
  );

/** The code of an existing environment. What cannot be a code is refused before it reaches a file name or a query. */
export const code = z.string().refine(isEnvironmentCode, 'cannot be the code of an environment');

export const variableName = z
  .string()
  .refine(isVariableName, 'must be letters, digits and _, not starting with a digit, at most 128 characters');

/** The value of a variable. Keys and certificates have several lines. */
export const variableValue = text(65_536);

/**
 * The name of a test or a suite, or `Suite:Test`. They are PHP names, which may have any letter, or those of tests of Playwright. It
 * becomes an argument of a process, so it never starts with a dash.
 */
export const testName = line(maxTestNameLength).refine(
  (name) =>
    (isPlaywrightTest(name) && !name.startsWith('-')) ||
    /^[\w\\\x80-\u{10ffff}][\w.:\\ \x80-\u{10ffff}-]*$/u.test(name),
  'cannot be the name of a test or suite',
);

/** The cause of a failure, see `causeOf`. */
export const cause = z
  .string()
  .regex(/^[0-9a-f]{16}$/, 'must be 16 hexadecimal digits, as a failure shows its cause');

/** The name of a group, which may be any text, or of a test or suite. It is compared with those of the catalog, and used for nothing else. */
export const groupName = line(maxTestNameLength);

/**
 * The base URL of a shop, possibly with a user and password for its web server. The output ends in a slash, because MFTF appends
 * paths to it.
 */
export const baseUrl = visibleLine
  .max(2000)
  // `abort`, because the next check parses the URL.
  .check(z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// address', abort: true }))
  .refine((address) => {
    const url = new URL(address);
    return url.search === '' && url.hash === '';
  }, 'must not hold a query or a fragment')
  .refine((address) => {
    const { url, credentials } = splitBaseUrl(address);
    return isCredentials(credentials ?? '') && new URL(url).host === new URL(address).host;
  }, 'must have its user and password percent-encoded (%40 for @)')
  .transform((address) => (address.endsWith('/') ? address : `${address}/`));

/** The address of a page for users to open: http or https, without a user and password. */
export const webLink = (max: number) =>
  visibleLine
    .max(max)
    // `abort`, because the next check parses the URL.
    .check(z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// address', abort: true }))
    .refine((address) => {
      const { username, password } = new URL(address);
      return username === '' && password === '';
    }, 'must have no user and password');

/** The path of the Magento admin panel below the base URL. */
export const backendName = z
  .string()
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_./-]{0,199}$/, 'must be a path such as admin or index.php/admin')
  .refine((path) => !path.split('/').includes('..'), 'must not contain ..');

/** The name of a new user of matre. */
export const newUserName = oneLine
  .trim()
  .refine(isUserName, 'must be letters, digits and . _ @ + -, at most 100, starting with a letter or digit');

const scheduleNameRule =
  'must be letters, digits, blanks and . _ -, at most 100, starting with a letter or digit';

/** The name of an existing schedule, saved selection, channel or rule. */
export const scheduleName = line(100).refine(isScheduleName, scheduleNameRule);

/** The name of a new one. */
export const newScheduleName = line(100).refine(isNewScheduleName, scheduleNameRule);

/** The name of an existing user, in any case and form of its letters. */
export const userName = line(maxUserNameLength);

export const role = z.enum(roles);

/** A password that a user chooses. Length is what counts (NIST SP 800-63B). */
export const newPassword = oneLine.min(12, 'must have 12 characters or more').max(maxPasswordLength);

/** A branch, a tag, a whole ref or the id of a commit of the test module. */
export const gitRef = exactLine(maxRefLength)
  .refine(isGitRef, 'must be the name of a branch or tag, or the id of a commit')
  .describe(
    'Branch, tag, or id of a commit of the first test module, possibly abbreviated to seven digits or more; without it its branch',
  );

/** An ISO 8601 time in UTC. */
export const time = z.iso.datetime();

/**
 * A time of an input. The fraction of a second may have any number of digits. PostgreSQL takes no year 0, which the time before another one
 * may have, and nothing of matre happened before 1970.
 */
export const timeInput = time.max(40).refine((text) => text >= '1970', 'must be in the year 1970 or later');
