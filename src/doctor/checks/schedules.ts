import { describeDays } from '../../schedule/day-rule.ts';
import { dayRuleChange } from '../../schedule/times.ts';
import { createDiagnosis } from '../../store/tables/diagnosis.ts';
import { createFirings } from '../../store/tables/firings.ts';
import { createSchedules, readClock } from '../../store/tables/schedules.ts';
import { type Check, problem, problemsOrOk, type QuickCheck, warning } from '../check.ts';

/** A scheduler checks every second; a restart of it, or of the database, takes less than this. */
const overdueAfterS = 60;

/** Schedules that are due, and that no scheduler fires. */
export const scheduleOverdue: QuickCheck = {
  name: 'schedule-overdue',
  labels: {
    subject: 'the times of schedules',
    ok: 'schedules fire on time',
    problem: 'a schedule is overdue',
  },
  description: 'the schedules that are due, and since when',
  symptoms: ['no nightly runs', 'the scheduler has to be restarted'],
  codes: ['SCHEDULE_OVERDUE'],

  async run({ database }) {
    const overdue = await createDiagnosis({ database }).overdueSchedules(overdueAfterS);
    return problemsOrOk(
      overdue.map(({ name, seconds }) =>
        problem(
          'SCHEDULE_OVERDUE',
          `Schedule ${name} has been due for ${seconds} s, and no scheduler fires it.`,
          {
            about: name,
            remedy: database.kind === 'embedded' ? 'matre up' : 'matre scheduler, or matre up',
          },
        ),
      ),
      'No schedule is overdue.',
    );
  },
};

/** Schedules that fire without creating the runs that they should. */
export const scheduleFails: QuickCheck = {
  name: 'schedule-fails',
  labels: {
    subject: 'the firings of schedules',
    ok: 'schedules submit their runs',
    problem: 'a schedule fails',
  },
  description: 'the last firing of each schedule, and whether its environments still exist',
  symptoms: ['a nightly run is missing', 'a schedule tests fewer environments than it should'],
  codes: [
    'SELECTION_UNKNOWN',
    'SELECTION_EMPTY',
    'MODULE_INVALID',
    'ENVIRONMENT_UNKNOWN',
    'SAVED_SELECTION_DISABLED',
  ],

  async run({ database }) {
    const schedules = await createSchedules({ database }).list();
    const latest = await createFirings({ database }).latest();
    const problems = schedules
      .filter(({ pausedAt }) => pausedAt === undefined)
      .flatMap(({ id, name, environments, saved }) => {
        if (saved?.disabled) {
          const message = `Schedule ${name} submits nothing: its saved selection ${saved.name} was switched off by ${saved.disabled.by}.`;
          const remedy = `matre saved enable ${JSON.stringify(saved.name)}, or matre schedule pause ${JSON.stringify(name)}`;
          return warning('SAVED_SELECTION_DISABLED', message, { about: name, remedy });
        }
        const edit = `matre schedule edit ${JSON.stringify(name)}`;
        const removedCodes = environments.filter(({ removed }) => removed).map(({ code }) => code);
        if (removedCodes.length > 0) {
          const message = `Schedule ${name} names environments that were removed: ${removedCodes.join(', ')}.`;
          return problem('ENVIRONMENT_UNKNOWN', message, { about: name, remedy: `${edit} -e CODE` });
        }
        const last = latest.get(id);
        if (last?.outcome !== 'failed' || !last.reason) return [];
        const { code, message: cause } = last.reason;
        const message = `Schedule ${name} created no run at ${last.firedAt.toISOString()}: ${cause}`;
        return problem(code, message, {
          about: name,
          remedy: `${saved ? `matre saved edit ${JSON.stringify(saved.name)}` : edit} --group NAME, or fire it again: matre schedule fire ${JSON.stringify(name)}`,
        });
      });
    return problemsOrOk(problems, 'The last firing of every schedule succeeded.');
  },
};

/** Schedules from before the day rule of cron, whose times would change under it. */
export const scheduleDays: Check = {
  name: 'schedule-days',
  labels: {
    subject: 'the days of schedules',
    ok: 'the days of schedules are clear',
    problem: 'the days of a schedule need a decision',
  },
  description: 'the schedules whose next 20 times would change under the day rule of cron',
  symptoms: ['a schedule fires on more days than cron would'],
  codes: ['SCHEDULE_DAYS_DIFFER'],

  async run({ database }) {
    const [schedules, now] = await Promise.all([createSchedules({ database }).list(), readClock(database)]);
    const warnings = schedules.flatMap((schedule) => {
      const { name, cron, dayRule } = schedule;
      const change = dayRuleChange(schedule, now);
      if (!change) return [];
      const edit = `matre schedule edit ${JSON.stringify(name)}`;
      const message = `Schedule ${name} (${cron}) would fire at other times. ${describeDays(cron, dayRule)}`;
      const remedy = `${edit} --day-rule vixie, or to keep its times ${edit} --cron ${JSON.stringify(change.sameTimes)}`;
      return warning('SCHEDULE_DAYS_DIFFER', message, { about: name, remedy });
    });
    return problemsOrOk(
      warnings,
      `Each of ${schedules.length} schedules fires on the days that cron would choose.`,
    );
  },
};
