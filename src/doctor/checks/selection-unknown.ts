import type { FaultCode } from '../../faults/fault.ts';
import type { SavedSelection } from '../../model/saved-selection.ts';
import type { Schedule } from '../../model/schedule.ts';
import { createSavedSelections } from '../../store/tables/saved-selections.ts';
import { createSchedules } from '../../store/tables/schedules.ts';
import { type Check, type Finding, findingOfError, ok, problemsOrOk } from '../check.ts';
import type { CheckContext } from '../check-context.ts';

/** What is submitted later, by a schedule or by name. */
type Stored = Pick<Schedule, 'selection' | 'environments' | 'ref'>;

const codes: FaultCode[] = ['SELECTION_UNKNOWN', 'SELECTION_EMPTY', 'REF_UNKNOWN', 'PLAYWRIGHT_NOT_SET'];

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
  codes,

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
  const { name, schedules } = saved;
  const remedy = `matre saved edit ${JSON.stringify(name)}`;
  const finding = await refusalOf(context, saved, {
    about: name,
    subject: `Saved selection ${name}`,
    remedy,
  });
  // Without a schedule it breaks nothing until a user submits it.
  return finding?.status === 'problem' && schedules.length === 0
    ? [{ ...finding, status: 'warning' }]
    : finding === undefined
      ? []
      : [finding];
}

async function ofSchedule(context: CheckContext, schedule: Schedule): Promise<Finding[]> {
  const { name } = schedule;
  const remedy = `matre schedule edit ${JSON.stringify(name)}`;
  const finding = await refusalOf(context, schedule, { about: name, subject: `Schedule ${name}`, remedy });
  return finding === undefined ? [] : [finding];
}

/**
 * Why its runs would be refused, or why that is not known now; `undefined` when they would not be. What one selection needs and lacks
 * must not hide what is wrong with another one.
 */
async function refusalOf(
  context: CheckContext,
  { selection, environments, ref }: Stored,
  { about, subject, remedy }: { about: string; subject: string; remedy: string },
): Promise<Finding | undefined> {
  const own = new Set(environments.map(({ code }) => code));
  const existing = (await context.allEnvironments()).filter(({ code }) => own.has(code));
  try {
    await context.resolveSelection(selection, { environments: existing, ref });
    return undefined;
  } catch (error) {
    const finding = findingOfError(codes, error, about);
    if (finding.status === 'ok' || finding.status === 'unknown') return finding;
    const message = `${subject}: ${finding.message}`;
    return finding.code === 'PLAYWRIGHT_NOT_SET' ? { ...finding, message } : { ...finding, message, remedy };
  }
}
