// Durations and sizes as users write them.

const durationUnits: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const sizeUnits: Record<string, number> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/**
 * Parses `500ms`, `30s`, `15m`, `1h` or `90d` to milliseconds; a number without a unit is seconds. `undefined` for anything
 * else.
 */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d)?$/.exec(text.trim());
  const unit = match && durationUnits[match[2] ?? 's'];
  return unit ? Math.round(Number(match[1]) * unit) : undefined;
}

/** Parses `512m`, `2g`, `64k` or `1048576` to bytes, in powers of 1024. `undefined` for anything else. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d{1,12}(?:\.\d{1,3})?)([kmg]?)b?$/.exec(text.trim().toLowerCase());
  const unit = match && sizeUnits[match[2] ?? ''];
  return unit ? Math.round(Number(match[1]) * unit) : undefined;
}
