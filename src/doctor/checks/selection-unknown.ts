import { isFault } from '../../faults/fault.ts';
import type { SavedSelection } from '../../model/saved-selection.ts';
import type { Schedule } from '../../model/schedule.ts';
import { createSavedSelections } from '../../store/tables/saved-selections.ts';
import { createSchedules } from '../../store/tables/schedules.ts';
import { type Check, type Finding, ok, problem, problemsOrOk, warning } from '../check.ts';
import type { CheckContext } from '../check-context.ts';

/** What is submitted later, by a schedule or by name. */
type Stored = Pick<Schedule, 'selection' | 'environments' | 'ref'>;

/** Each run of it would be refused. An import cannot find out, because reading the tests may take minutes. */
export const selectionUnknown: Check = {
  name: 'selection-unknown',
  labels: {
    subject: 'the names in selections',
    ok: 'all selections name tests that exist',
    problem: 'a selection names tests that do not exist',
  },
  description: 'the saved selections and schedules whose tests, groups, suites or exclusions no longer exist',
  symptoms: ['SELECTION_UNKNOWN after tests were renamed, or after an import'],
  codes: ['SELECTION_UNKNOWN', 'SELECTION_EMPTY', 'REF_UNKNOWN'],

  async run(context) {
    const { database } = context;
    const [saved, schedules] = await Promise.all([
      createSavedSelections({ database }).list(),
      createSchedules({ database }).list(),
    ]);
    const findings: Finding[] = [];
    for (const each of saved) if (!each.disabled) findings.push(...(await ofSaved(context, each)));
    // The selection of the others is that of a saved one.
    for (const each of schedules)
      if (!each.pausedAt && !each.saved) findings.push(...(await ofSchedule(context, each)));
    return findings.length + saved.length + schedules.length === 0
      ? [ok('There is no saved selection and no schedule.')]
      : problemsOrOk(findings, 'Every name in saved selections and schedules exists.');
  },
};

async function ofSaved(context: CheckContext, saved: SavedSelection): Promise<Finding[]> {
  const refusal = await refusalOf(context, saved);
  if (refusal === undefined) return [];
  const message = `Saved selection ${saved.name}: ${refusal.message}`;
  const details = { about: saved.name, remedy: `matre saved edit ${JSON.stringify(saved.name)}` };
  // Without a schedule it breaks nothing until a user submits it.
  return [
    saved.schedules.length > 0
      ? problem(refusal.code, message, details)
      : warning(refusal.code, message, details),
  ];
}

async function ofSchedule(context: CheckContext, schedule: Schedule): Promise<Finding[]> {
  const refusal = await refusalOf(context, schedule);
  if (refusal === undefined) return [];
  const { name } = schedule;
  const remedy = `matre schedule edit ${JSON.stringify(name)}`;
  return [problem(refusal.code, `Schedule ${name}: ${refusal.message}`, { about: name, remedy })];
}

/** Why its runs would be refused; `undefined` when they would not be, or when the tests cannot be read now. */
async function refusalOf(context: CheckContext, { selection, environments, ref }: Stored) {
  const codes = new Set(environments.map(({ code }) => code));
  const existing = (await context.allEnvironments()).filter(({ code }) => codes.has(code));
  try {
    await context.resolveSelection(selection, { environments: existing, ref });
    return undefined;
  } catch (error) {
    if (isFault(error, 'SELECTION_UNKNOWN', 'SELECTION_EMPTY', 'REF_UNKNOWN')) return error;
    throw error;
  }
}
