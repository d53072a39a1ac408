/** The local time of zones, for quiet hours and digests. */

const formats = new Map<string, Intl.DateTimeFormat>();

/** The minute of the day in a time zone: 0 to 1439. Errors: RangeError for a zone that does not exist. */
export function minuteOfDay(at: Date, zone: string): number {
  let format = formats.get(zone);
  if (!format) {
    const options = { hour: 'numeric', minute: 'numeric', hourCycle: 'h23', timeZone: zone } as const;
    format = new Intl.DateTimeFormat('en', options);
    formats.set(zone, format);
  }
  const parts = format.formatToParts(at);
  const value = (type: 'hour' | 'minute') => Number(parts.find((part) => part.type === type)?.value);
  return value('hour') * 60 + value('minute');
}

/** `07:30` as the minute of the day; `undefined` for anything else. */
export function parseTimeOfDay(text: string): number | undefined {
  const match = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  return match ? Number(match[1]) * 60 + Number(match[2]) : undefined;
}
