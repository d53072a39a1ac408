/** The prefix of lines that matre itself writes, with the time in UTC: see `line` in src/mftf/run/logs.ts. */
const beginning = /^\[matre (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)\] /;

/** Separates the time of a line by matre from its text, so that the page can show it in local time. */
export function readOwn(text: string): { at?: Date; text: string } {
  const found = beginning.exec(text);
  return found?.[1] ? { at: new Date(found[1]), text: text.slice(found[0].length) } : { text };
}
