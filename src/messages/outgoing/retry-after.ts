/** The longest time that a receiver can make a channel wait: GitHub, the most patient one, opens a new hour. */
export const maxRetryAfterMs = 3_600_000;

/**
 * How long a receiver wants to be left alone, from the header `Retry-After`: seconds or an HTTP date (RFC 9110), at most an hour.
 * `undefined` when it says nothing or something else.
 */
export function parseRetryAfter(value: string | undefined, now = Date.now()): number | undefined {
  const text = value?.trim() ?? '';
  // Some receivers answer fractions of seconds.
  const ms = /^\d{1,15}(\.\d{1,9})?$/.test(text) ? Math.ceil(Number(text) * 1000) : parseDate(text) - now;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), maxRetryAfterMs);
}

/** An IMF-fixdate, the only form that may be sent; others of `Date.parse` are no dates of HTTP. */
function parseDate(text: string): number {
  return /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
}
