import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { z } from 'zod';
import { basePathOf } from '../model/address/base-path.ts';
import { maxRetryFailed } from '../model/limits.ts';
import { parseDuration, parseSize } from '../model/units.ts';

// Parsers of the values of settings. Their messages follow the name of the setting: "MATRE_PORT must be a port, 1 to 65535".

export const anyText = z.string();

export const matching = (pattern: RegExp, message: string) => z.string().regex(pattern, message);

export const wholeNumber = (low: number, high: number, what = 'a whole number') => {
  const message = `must be ${what}, ${low} to ${high}`;
  return matching(/^\d{1,9}$/, message)
    .transform(Number)
    .refine((number) => number >= low && number <= high, message);
};

export const port = wholeNumber(1, 65_535, 'a port');

/** A duration in milliseconds, at least `minSeconds`. */
export const duration = (minSeconds: number) =>
  z
    .string()
    .transform((text) => parseDuration(text) ?? Number.NaN)
    .refine(
      (ms) => ms >= minSeconds * 1000,
      `must be a duration such as 30s or 15m, at least ${minSeconds}s`,
    );

/** A retention in milliseconds, at least a day because a number without a unit would be seconds; 0: no limit. */
export const retention = z
  .string()
  .transform((text) => parseDuration(text) ?? Number.NaN)
  .refine(
    (ms) => ms === 0 || ms >= 86_400_000,
    'must be a duration such as 90d, at least 1d, or 0 for no limit',
  );

/** A size in bytes, at least a megabyte because a number without a unit is bytes; 0: no limit. */
export const sizeLimit = z
  .string()
  .transform((text) => parseSize(text) ?? Number.NaN)
  .refine(
    (bytes) => bytes === 0 || bytes >= 1024 ** 2,
    'must be a size such as 50g, at least 1m, or 0 for no limit',
  );

/** A number of rows; 0: no limit. */
export const countLimit = matching(/^\d{1,12}$/, 'must be a whole number, or 0 for no limit').transform(
  Number,
);

/** A size in bytes, at least `minMegabytes`. */
export const size = (minMegabytes: number) =>
  z
    .string()
    .transform((text) => parseSize(text) ?? Number.NaN)
    .refine(
      (bytes) => bytes >= minMegabytes * 1024 ** 2,
      `must be a size such as 512m or 2g, at least ${minMegabytes}m`,
    );

export const url = (...protocols: string[]) =>
  z.string().refine(
    (text) => {
      return URL.canParse(text) && protocols.includes(new URL(text).protocol.slice(0, -1));
    },
    `must be an address that begins with ${protocols.map((protocol) => `${protocol}://`).join(' or ')}`,
  );

/** First parts of the path that requests to the server itself have (src/server). */
const ownPath = /^\/(?:api|assets|trace-viewer|healthz|readyz|metrics)(?:\/|$)/;

/**
 * The address of a web server, without a slash at the end: protocol, host, port, and possibly a path for a server that shares its host
 * with others.
 */
export const siteAddress = z
  .string()
  .regex(
    /^https?:\/\/[^\s/?#@\\]+(?:\/[\w~-][\w.~-]*)*\/?$/i,
    'must be an address such as https://matre.example.com or https://example.com/matre, with https:// or http://, and a path of letters, digits, -, _, . and ~',
  )
  .refine((text) => URL.canParse(text), 'must be an address such as https://matre.example.com')
  .transform((text) => new URL(text).origin + basePathOf(text))
  .refine(
    (text) => !ownPath.test(basePathOf(text)),
    'must not have a path that begins with /api, /assets, /healthz, /readyz or /metrics, which are addresses of matre itself; choose another one such as /matre',
  );

export const hostName = matching(
  /^[A-Za-z0-9][A-Za-z0-9.-]*$/,
  'must be a list of host names, without ports',
).transform((text) => text.toLowerCase());

/** An IP address, or a network of them. */
export const addressRange = z
  .string()
  .refine(isAddressRange, 'must be a list of addresses such as 10.0.0.7 or networks such as 10.0.0.0/8');

/** An IP address, a network of them, or one of `names`. */
export const addressRangeOr = (...names: string[]) =>
  z
    .string()
    .refine(
      (text) => names.includes(text) || isAddressRange(text),
      `must be a list of ${names.join(', ')}, addresses such as 10.0.0.7 or networks such as 10.0.0.0/8`,
    );

function isAddressRange(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const maxBits = isIP(address) === 4 ? 32 : 128;
  return (
    isIP(address) > 0 &&
    rest.length === 0 &&
    (bits === undefined || (/^\d{1,3}$/.test(bits) && +bits <= maxBits))
  );
}

/** A path on this machine; a relative one is resolved from the current folder. */
export const path = z
  .string()
  .refine((text) => !text.includes('\0'), 'must be a path')
  .transform((text) => resolve(text));

export const absolutePath = matching(
  /^\/(?!.*(?:^|\/)\.\.(?:\/|$))[^\0\n]*$/,
  'must be an absolute path without ..',
).transform((text) => text.replace(/(?<=.)\/+$/, ''));

export const list = <Item>(item: z.ZodType<Item, string>) =>
  z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    )
    .pipe(z.array(item));

/** A group of tests, and how often its failed tests are retried. The name of a group may be any text, also with a colon. */
export const groupRetries = z
  .string()
  .refine((text) => {
    const [, times = ''] = /^[^:].*:(\d{1,2})$/.exec(text) ?? [];
    return times !== '' && Number(times) <= maxRetryFailed;
  }, `must be a list of group:number, with numbers from 0 to ${maxRetryFailed}`)
  .transform((text) => {
    const end = text.lastIndexOf(':');
    return { group: text.slice(0, end), times: Number(text.slice(end + 1)) };
  });

export const variableName = matching(/^[A-Za-z_]\w*$/, 'must be a list of names, separated by commas');

export const mount = matching(
  /^\/[^:\n]*:\/[^:\n]*(?::(?:ro|rw))?$/,
  'must be a list of source:target or source:target:ro with absolute paths',
)
  .refine((text) => !/(?:^|\/)\.\.(?:\/|:|$)/.test(text), 'must not have .. in its paths')
  .transform((text) => {
    const [source = '', target = '', mode] = text.split(':');
    return { source, target, readOnly: mode === 'ro' };
  });

export const extraHost = matching(
  /^[A-Za-z0-9][\w.-]*:(?:host-gateway|[0-9A-Fa-f:.]+)$/,
  'must be a list of name:address or name:host-gateway',
);

/** A capability as Docker names it, without CAP_. ALL is none: it would undo the confinement of tests. */
export const capability = z
  .string()
  .transform((text) => text.toUpperCase().replace(/^CAP_/, ''))
  .pipe(
    matching(
      /^(?!ALL$)[A-Z][A-Z_]{2,30}$/,
      'must be a list of capabilities such as NET_BIND_SERVICE, without ALL',
    ),
  );
