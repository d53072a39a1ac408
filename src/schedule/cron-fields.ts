import { Fault } from '../faults/fault.ts';

/** One field of a cron expression: its name, and what may be written in it. */
interface Field {
  name: string;
  values: string;
  /** A value of its lists, ranges and steps. */
  value: string;
  /** What else may stand alone or in a list. */
  more?: string;
  /** Whether `?` is accepted, as a word for `*` that Quartz users write. */
  acceptsQuestionMark?: boolean;
}

const month = 'JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC';
const weekday = '[0-7]|SUN|MON|TUE|WED|THU|FRI|SAT';

const fields: Field[] = [
  { name: 'minute', values: '0 to 59', value: '\\d\\d?' },
  { name: 'hour', values: '0 to 23', value: '\\d\\d?' },
  {
    name: 'day of the month',
    values: '1 to 31, L for the last, LW for the last Monday to Friday, 15W for the nearest to the 15th',
    value: '\\d\\d?',
    more: 'L|LW|\\d\\d?W',
    acceptsQuestionMark: true,
  },
  { name: 'month', values: '1 to 12, or JAN to DEC', value: `\\d\\d?|${month}` },
  {
    name: 'day of the week',
    values:
      '0 to 7 with Sunday as 0 and 7, or SUN to SAT, MON#1 for the first Monday, FRI#L for the last Friday',
    value: weekday,
    more: `(?:${weekday})(?:#[1-5L]|L)`,
    acceptsQuestionMark: true,
  },
];

const nicknames = ['@hourly', '@daily', '@midnight', '@weekly', '@monthly', '@yearly', '@annually'];

/** An item of a list: a step, a value, a range, or a range with a step. */
const itemPatterns = fields.map(({ value, more }) => {
  const range = `(?:${value})(?:-(?:${value})(?:/\\d\\d?)?)?`;
  return new RegExp(`^(?:\\*/\\d\\d?|${range}${more === undefined ? '' : `|${more}`})$`, 'i');
});

/** The five fields of an expression; `undefined` for a nickname such as `@daily`. Errors: INPUT_INVALID for another number. */
export function splitFields(cron: string): string[] | undefined {
  const text = cron.trim();
  if (text.startsWith('@')) return undefined;
  const parts = text.split(/\s+/);
  if (parts.length === fields.length) return parts;
  const names = fields.map(({ name }) => name).join(', ');
  const count = parts.length === 1 ? 'one field' : `${parts.length} fields`;
  throw invalid(
    `${JSON.stringify(cron)} has ${count}, but five are needed: ${names}. Seconds and years are not supported`,
  );
}

/**
 * Refuses what is not described in docs/schedules.md, although the library would read it. `isReadable` tells whether the library can
 * read an expression. Errors: INPUT_INVALID, with a message that names the wrong field.
 */
export function checkFields(cron: string, isReadable: (cron: string) => boolean): void {
  const parts = splitFields(cron);
  if (!parts) {
    if (nicknames.includes(cron.trim().toLowerCase())) return;
    throw invalid(`${JSON.stringify(cron)} is not one of ${nicknames.join(', ')}`);
  }
  const isAlone = (index: number) =>
    isReadable(fields.map((_, other) => (other === index ? parts[other] : '*')).join(' '));
  parts.forEach((part, index) => {
    const field = fields[index] as Field;
    if (!isField(part, index) || !isAlone(index)) throw invalid(describeWrong(part, field));
  });
}

function isField(part: string, index: number): boolean {
  if (part === '*' || (part === '?' && fields[index]?.acceptsQuestionMark)) return true;
  return part.split(',').every((item) => itemPatterns[index]?.test(item));
}

function describeWrong(part: string, { name, values }: Field): string {
  const forms = 'lists (1,15), ascending ranges (1-5) and steps (*/10, 1-31/2)';
  return `${JSON.stringify(part)} is not a valid ${name}: ${values}, or *, ${forms}`;
}

export const invalid = (problem: string) =>
  new Fault('INPUT_INVALID', `The input is not valid. cron: ${problem}.`);
