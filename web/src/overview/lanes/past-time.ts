/** The end of the time axis in the address: a time in the past; `undefined` for now, and for what is no such time. */
export function pastTime(text: string, now = new Date()): Date | undefined {
  const at = new Date(text);
  return at < now ? at : undefined;
}

/** The text of a time in the address: `2026-11-28T06:00Z`. */
export const timeText = (at: Date) => at.toISOString().replace(/:\d\d\.\d+Z$/, 'Z');

/** The end of a day in the time zone of the browser, from the value of a date field, such as `2026-11-28`. */
export const endOfDay = (day: string) => new Date(`${day}T24:00`);

/** The day of a time in the time zone of the browser, as a date field has it. A time at midnight ends the day before. */
export function dayOf(at: Date): string {
  const inside = new Date(at.getTime() - 1);
  const parts = [inside.getFullYear(), inside.getMonth() + 1, inside.getDate()];
  return parts.map((part) => String(part).padStart(2, '0')).join('-');
}
