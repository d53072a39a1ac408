import type { FiringView, ScheduleView, TimeView } from '../../../operations/schedules/schedule-view.ts';
import { clean, durationText, localTime, ownZone } from '../../output/format.ts';
import { printTable } from '../../output/table.ts';
import type { Output } from '../../output/terminal.ts';

/** A time in its zone: `2026-03-29 03:00 +02:00 Europe/Berlin`. */
export function timeText({ local, offset }: TimeView, zone: string): string {
  return `${local} ${offset} ${zone}`;
}

export function printTimes(output: Output, times: readonly TimeView[], zone: string): void {
  for (const time of times) {
    const note = time.note === null ? '' : `  (${time.note})`;
    output.line(`  ${timeText(time, zone)}, in ${durationText(Date.parse(time.at) - Date.now())}${note}`);
  }
}

/** A warning about an expression with both day fields, which users often misread; nothing for others. */
export function printDays(output: Output, days: string | null): void {
  if (days !== null) output.line(output.paint.yellow(days));
}

/** How the times of an older schedule would change, and how to confirm or avoid that. */
export function printDayRuleChange(output: Output, schedule: ScheduleView): void {
  const { name, zone, dayRuleChange } = schedule;
  if (dayRuleChange === null) return;
  const { next, sameTimes } = dayRuleChange;
  const edit = `matre schedule edit ${JSON.stringify(name)}`;
  output.line(
    output.paint.yellow(`${name} has the day rule from before that of cron. ${schedule.days ?? ''}`),
  );
  output.line(next.length > 0 ? 'Times by the rule of cron:' : 'By the rule of cron it never fires.');
  printTimes(output, next, zone);
  output.line(`To have these: ${edit} --day-rule vixie`);
  output.line(`To keep the current times: ${edit} --cron ${JSON.stringify(sameTimes)}`);
}

/** The outcome of a firing: `passed`, `2 queued, 1 failed`, `skipped: SCHEDULE_MISSED`. */
export function outcomeText({ outcome, reason, runs }: FiringView): string {
  if (outcome !== 'fired') return reason === null ? outcome : `${outcome}: ${reason.code}`;
  const counts = new Map<string, number>();
  for (const { verdict, state } of runs)
    counts.set(verdict ?? state, (counts.get(verdict ?? state) ?? 0) + 1);
  const [[only] = ['fired']] = counts;
  if (counts.size <= 1) return only;
  return [...counts].map(([word, count]) => `${count} ${word}`).join(', ');
}

export function printFirings(output: Output, firings: readonly FiringView[]): void {
  // Not the zone of the schedule, in which its next times are.
  const zone = ownZone();
  printTable(
    output,
    [
      {
        heading: `Due (${zone})`,
        text: ({ dueAt, by }) => (dueAt === null ? `by hand: ${by}` : localTime(dueAt)),
      },
      { heading: `Fired (${zone})`, text: ({ firedAt }) => localTime(firedAt) },
      { heading: 'Outcome', text: outcomeText },
      { heading: 'Runs', text: ({ runs }) => runs.map(({ id }) => id).join(' ') },
      { heading: 'Why', text: reasonText },
    ],
    firings,
  );
}

function reasonText({ reason, missed }: FiringView): string {
  const earlier =
    missed === 0 ? [] : [`${missed === 100 ? '100 or more' : missed} earlier times were missed.`];
  return [...(reason === null ? [] : [clean(reason.message)]), ...earlier].join(' ');
}
