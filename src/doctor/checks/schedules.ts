import { createDiagnosis } from '../../store/tables/diagnosis.ts';
import { createFirings } from '../../store/tables/firings.ts';
import { createSchedules } from '../../store/tables/schedules.ts';
import { type Check, problem, problemsOrOk } from '../check.ts';

/** A scheduler looks every second; a restart of it, or of the database, takes less than this. */
const overdueAfterS = 60;

/** Times that have come, and nobody fires. */
export const scheduleOverdue: Check = {
  name: 'schedule-overdue',
  description: 'the schedules that are due, and for how long',
  symptoms: ['nothing runs at night', 'the scheduler has to be restarted'],
  codes: ['SCHEDULE_OVERDUE'],

  async run({ database }) {
    const overdue = await createDiagnosis({ database }).overdueSchedules(overdueAfterS);
    return problemsOrOk(
      overdue.map(({ name, seconds }) =>
        problem('SCHEDULE_OVERDUE', `The schedule ${name} is due for ${seconds} s, and nobody fires.`, {
          about: name,
          remedy: database.kind === 'embedded' ? 'matre up' : 'matre scheduler, or matre up',
        }),
      ),
      'None is overdue.',
    );
  },
};

/** Schedules that fire, and nothing comes of it. */
export const scheduleFails: Check = {
  name: 'schedule-fails',
  description: 'the last firing of each schedule, and whether its environments are still there',
  symptoms: ['a nightly run is missing', 'a schedule tests fewer environments than it should'],
  codes: ['SELECTION_UNKNOWN', 'SELECTION_EMPTY', 'MODULE_INVALID', 'ENVIRONMENT_UNKNOWN'],

  async run({ database }) {
    const schedules = await createSchedules({ database }).list();
    const latest = await createFirings({ database }).latest();
    const problems = schedules
      .filter(({ pausedAt }) => pausedAt === undefined)
      .flatMap(({ id, name, environments }) => {
        const edit = `matre schedule edit ${JSON.stringify(name)}`;
        const gone = environments.filter(({ removed }) => removed).map(({ code }) => code);
        if (gone.length > 0) {
          const message = `The schedule ${name} names environments that were removed: ${gone.join(', ')}.`;
          return problem('ENVIRONMENT_UNKNOWN', message, { about: name, remedy: `${edit} -e CODE` });
        }
        const last = latest.get(id);
        if (last?.outcome !== 'failed' || !last.reason) return [];
        const { code, message: cause } = last.reason;
        const message = `The schedule ${name} made no run at ${last.firedAt.toISOString()}: ${cause}`;
        return problem(code, message, {
          about: name,
          remedy: `${edit} --group NAME, or fire it again: matre schedule fire ${JSON.stringify(name)}`,
        });
      });
    return problemsOrOk(
      problems,
      `${schedules.length} schedules, and none of them failed when it fired last.`,
    );
  },
};
