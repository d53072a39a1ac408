import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { z } from 'zod';
import { parseDuration, parseSize } from '../model/units.ts';

/** The forms of the values of settings. Their messages follow the name of the setting: "MATRE_PORT must be a port, 1 to 65535". */

export const text = z.string();

export const matching = (pattern: RegExp, message: string) => z.string().regex(pattern, message);

export const wholeNumber = (low: number, high: number, what = 'a whole number') => {
  const message = `must be ${what}, ${low} to ${high}`;
  return matching(/^\d{1,9}$/, message)
    .transform(Number)
    .refine((number) => number >= low && number <= high, message);
};

export const port = wholeNumber(1, 65_535, 'a port');

/** Milliseconds, at least `leastSeconds`. */
export const duration = (leastSeconds: number) =>
  z
    .string()
    .transform((written) => parseDuration(written) ?? Number.NaN)
    .refine(
      (ms) => ms >= leastSeconds * 1000,
      `must be a duration such as 30s or 15m, at least ${leastSeconds}s`,
    );

/** Milliseconds, a day at least, or 0 for ever: a number without a unit would be seconds. */
export const keeping = z
  .string()
  .transform((written) => parseDuration(written) ?? Number.NaN)
  .refine((ms) => ms === 0 || ms >= 86_400_000, 'must be a duration such as 90d, at least 1d, or 0 for ever');

/** Bytes, at least `leastMegabytes`. */
export const size = (leastMegabytes: number) =>
  z
    .string()
    .transform((written) => parseSize(written) ?? Number.NaN)
    .refine(
      (bytes) => bytes >= leastMegabytes * 1024 ** 2,
      `must be a size such as 512m or 2g, at least ${leastMegabytes}m`,
    );

export const url = (...protocols: string[]) =>
  z.string().refine(
    (written) => {
      return URL.canParse(written) && protocols.includes(new URL(written).protocol.slice(0, -1));
    },
    `must be an address that begins with ${protocols.map((protocol) => `${protocol}://`).join(' or ')}`,
  );

/** The origin of a web server: protocol, host and port, without a slash at the end. */
export const origin = z
  .string()
  .refine((written) => {
    const { protocol, origin: alone } = URL.canParse(written) ? new URL(written) : {};
    return /^https?:$/.test(protocol ?? '') && written.replace(/\/$/, '').toLowerCase() === alone;
  }, 'must be an address such as https://matre.example.com, without a path')
  .transform((written) => new URL(written).origin);

export const hostName = matching(
  /^[A-Za-z0-9][A-Za-z0-9.-]*$/,
  'must be a list of names of hosts, without ports',
).transform((written) => written.toLowerCase());

/** An IP address, or a network of them. */
export const addressRange = z.string().refine((written) => {
  const [address = '', bits, ...rest] = written.split('/');
  const most = isIP(address) === 4 ? 32 : 128;
  return (
    isIP(address) > 0 &&
    rest.length === 0 &&
    (bits === undefined || (/^\d{1,3}$/.test(bits) && +bits <= most))
  );
}, 'must be a list of addresses such as 10.0.0.7 or networks such as 10.0.0.0/8');

/** A path on this machine; a relative one counts from the current folder. */
export const path = z
  .string()
  .refine((written) => !written.includes('\0'), 'must be a path')
  .transform((written) => resolve(written));

export const absolutePath = matching(
  /^\/(?!.*(?:^|\/)\.\.(?:\/|$))[^\0\n]*$/,
  'must be an absolute path without ..',
).transform((written) => written.replace(/(?<=.)\/+$/, ''));

export const list = <Item>(item: z.ZodType<Item, string>) =>
  z
    .string()
    .transform((written) =>
      written
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    )
    .pipe(z.array(item));

export const mount = matching(
  /^\/[^:\n]*:\/[^:\n]*(?::(?:ro|rw))?$/,
  'must be a list of source:target or source:target:ro with absolute paths',
)
  .refine((written) => !/(?:^|\/)\.\.(?:\/|:|$)/.test(written), 'must not have .. in its paths')
  .transform((written) => {
    const [source = '', target = '', mode] = written.split(':');
    return { source, target, readOnly: mode === 'ro' };
  });

export const extraHost = matching(
  /^[A-Za-z0-9][\w.-]*:(?:host-gateway|[0-9A-Fa-f:.]+)$/,
  'must be a list of name:address or name:host-gateway',
);
