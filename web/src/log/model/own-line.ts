/** The prefix of lines that matre itself writes, with the time in UTC: see `line` in src/mftf/run/logs.ts. */
const prefix = /^\[matre (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)\] /;

/** Separates the time of a line by matre from its text, so that the page can show it in local time. */
export function readOwnLine(text: string): { at?: Date; text: string } {
  const match = prefix.exec(text);
  return match?.[1] ? { at: new Date(match[1]), text: text.slice(match[0].length) } : { text };
}
