/** What matre itself writes into a log begins so, with the time in UTC: see `line` in src/mftf/run/logs.ts. */
const beginning = /^\[matre (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)\] /;

/** The time of a line that matre wrote, apart from its text, because readers have clocks of their own. */
export function readOwn(text: string): { at?: Date; text: string } {
  const found = beginning.exec(text);
  return found?.[1] ? { at: new Date(found[1]), text: text.slice(found[0].length) } : { text };
}
