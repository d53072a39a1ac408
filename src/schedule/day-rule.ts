import type { DayRule } from '../model/schedule.ts';
import { splitFields } from './cron-fields.ts';

/** How the day of the month and the day of the week are combined: both must match, or either is enough. */
type Combination = 'both' | 'either';

/** The day fields of an expression when both are set; `undefined` when one of them is `*`. Errors: INPUT_INVALID. */
function dayFields(cron: string): { month: string; week: string } | undefined {
  const parts = splitFields(cron);
  const [month = '*', week = '*'] = parts ? [parts[2], parts[4]] : [];
  const isSet = (field: string) => field !== '*' && field !== '?';
  return isSet(month) && isSet(week) ? { month, week } : undefined;
}

/**
 * How an expression combines its day fields when both are set. Vixie cron sets a flag for a day field that begins with `*`, also
 * with a step, and requires both to match if either has the flag.
 */
function combination({ month, week }: { month: string; week: string }, rule: DayRule): Combination {
  if (rule === 'either') return 'either';
  return /^[*?]/.test(month) || /^[*?]/.test(week) ? 'both' : 'either';
}

/** Whether both day fields must match. Errors: INPUT_INVALID. */
export function needsBothDays(cron: string, rule: DayRule): boolean {
  const days = dayFields(cron);
  return days !== undefined && combination(days, rule) === 'both';
}

/** What an expression with both day fields means, as a sentence; `undefined` for others. Errors: INPUT_INVALID. */
export function describeDays(cron: string, rule: DayRule): string | undefined {
  const days = dayFields(cron);
  if (!days) return undefined;
  const { month, week } = days;
  // An older schedule may have the modifier of the library, which always requires both.
  if (week.startsWith('+')) return bothText(month, week.slice(1), 'the day of the week begins with +');
  if (combination(days, rule) === 'both') return bothText(month, week, 'one of them begins with *');
  const note = needsBothDays(cron, 'vixie')
    ? ' Cron would require both, because one of them begins with *.'
    : '';
  return `It fires on days that match either the day of the month (${month}) or the day of the week (${week}).${note}`;
}

const bothText = (month: string, week: string, reason: string) =>
  `It fires only on days that match both the day of the month (${month}) and the day of the week (${week}), because ${reason}.`;

/** An expression with the same days as `cron` under the rule `either`, for any rule. */
export function asEither(cron: string): string {
  const parts = splitFields(cron) ?? [];
  return parts
    .map((part, index) => {
      if (index === 2) return part.replace(/^[*?]/, '1-31');
      return index === 4 ? part.replace(/^[*?]/, '0-6') : part;
    })
    .join(' ');
}
