/**
 * The value of a field of a local date and time as an ISO 8601 time; `undefined` when it is incomplete, or a time that the clock skips.
 */
export function localMoment(value: string): string | undefined {
  const moment = new Date(value);
  if (value === '' || Number.isNaN(moment.getTime())) return undefined;
  return fieldValue(moment) === value.slice(0, 16) ? moment.toISOString() : undefined;
}

/** The value of such a field for a moment. */
export function fieldValue(moment: Date): string {
  return moment.toLocaleString('sv-SE').slice(0, 16).replace(' ', 'T');
}

/** The full hour that is `hours` hours after that of a moment, as the value of such a field. */
export function hourAfter(moment: Date, hours: number): string {
  return fieldValue(new Date(Math.floor(moment.getTime() / 3_600_000 + hours) * 3_600_000));
}
