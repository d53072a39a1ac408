import { z } from 'zod';
import { isUserName, roles } from '../../model/access.ts';
import { isCredentials, splitBaseUrl } from '../../model/address/base-url.ts';
import { isEnvironmentCode, isVariableName } from '../../model/environment.ts';
import { maxPasswordLength, maxTestNameLength } from '../../model/limits.ts';

/** Schemas of the fields of inputs. What they do not describe is refused. */

/** A whole number of at least 0, also as text (in a path or query). */
export const wholeNumber = z.coerce.number<number | string>('must be a whole number').int().min(0);

/** The id of a run. */
export const runId = z.coerce.number<number | string>('must be the number of a run').int().positive();

/** One line of text, trimmed: no control characters, nothing that a database cannot store. */
export const line = (max: number) =>
  z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(max)
    .refine((text) => !/[\p{Cc}\p{Cs}]/u.test(text), 'must be one line without control characters');

/** Text of any number of lines, stored unchanged. */
export const text = (max: number) =>
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

/**
 * The name of a test or a suite, or `Suite:Test`. They are PHP names, which may have any letter. It becomes an argument of a process,
 * so it never starts with a dash.
 */
export const testName = line(maxTestNameLength).refine(
  (name) => /^[\w\\\x80-\u{10ffff}][\w.:\\ \x80-\u{10ffff}-]*$/u.test(name),
  'cannot be the name of a test or suite',
);

/** The name of a group, which may be any text, or of a test or suite. It is compared with those of the catalog, and used for nothing else. */
export const groupName = line(maxTestNameLength);

/**
 * The base URL of a shop, possibly with a user and password for its web server. The output ends in a slash, because MFTF appends
 * paths to it.
 */
export const baseUrl = z
  // `abort`, because the next check parses the URL.
  .url({ protocol: /^https?$/, error: 'must be an http:// or https:// address', abort: true })
  .max(2000)
  .refine((address) => {
    const url = new URL(address);
    return url.search === '' && url.hash === '';
  }, 'must not hold a query or a fragment')
  .refine((address) => {
    const { url, credentials } = splitBaseUrl(address);
    return isCredentials(credentials ?? '') && new URL(url).host === new URL(address).host;
  }, 'must have its user and password percent-encoded (%40 for @)')
  .transform((address) => (address.endsWith('/') ? address : `${address}/`));

/** The path of the Magento admin panel below the base URL. */
export const backendName = z
  .string()
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_./-]{0,199}$/, 'must be a path such as admin or index.php/admin')
  .refine((path) => !path.split('/').includes('..'), 'must not contain ..');

/** The name of a user of matre. */
export const userName = z
  .string()
  .trim()
  .refine(isUserName, 'must be letters, digits and . _ @ + -, at most 100, starting with a letter or digit');

export const role = z.enum(roles);

/** A password that a user chooses. Length is what counts (NIST SP 800-63B). */
export const newPassword = z
  .string()
  .min(12, 'must have 12 characters or more')
  .max(maxPasswordLength)
  .refine((password) => !/\p{Cs}/u.test(password), 'must be text');

/** An ISO 8601 time in UTC. */
export const time = z.iso.datetime();
