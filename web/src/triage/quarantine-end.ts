/** The day that is so many days after a time, as a field of a date has it: `2026-12-13`, in the time zone of the user. */
export function dayAfter(days: number, now: Date): string {
  const day = new Date(now.getFullYear(), now.getMonth(), now.getDate() + days);
  return [day.getFullYear(), day.getMonth() + 1, day.getDate()]
    .map((part) => String(part).padStart(2, '0'))
    .join('-');
}

/** The last moment of a day, in the time zone of the user, as ISO 8601; `undefined` when the text is no day. */
export function endOfDay(day: string): string | undefined {
  const end = new Date(`${day}T23:59:59.999`);
  return Number.isNaN(end.getTime()) ? undefined : end.toISOString();
}
