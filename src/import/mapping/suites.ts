import { isFault } from '../../faults/fault.ts';
import { maxDescriptionLength } from '../../model/limits.ts';
import { nameKey } from '../../model/name-key.ts';
import { isNewScheduleName } from '../../model/schedule.ts';
import type { Selection } from '../../model/selection.ts';
import { asEither, needsBothDays } from '../../schedule/day-rule.ts';
import { newRecurrence } from '../../schedule/times.ts';
import type { PhpCronJob, PhpEnvironment, PhpSuite } from '../records.ts';
import { createNames, type Item, listField, type Mapped, toDescription } from './item.ts';
import { isOfPlaywright, playwrightNote, selectionOf, selectionOfCommand } from './suite-selection.ts';
import { readTestCommand, reasonOf } from './test-command.ts';

export interface MappedSuites extends Mapped {
  /** The names here of saved selections and of schedules, by the id of the suite there. */
  selections: Map<number, string>;
  schedules: Map<number, string>;
}

interface Dependencies {
  environments: readonly PhpEnvironment[];
  /** By id there. */
  codes: ReadonlyMap<number, string>;
  /** The time zone in which php-matre reads cron expressions. */
  zone: string;
}

/** Suites become saved selections, their cron expressions and cron jobs that run tests schedules. */
export function mapSuites(
  suites: readonly PhpSuite[],
  cronJobs: readonly PhpCronJob[],
  deps: Dependencies,
): MappedSuites {
  const mapped: MappedSuites = { items: [], leftovers: [], selections: new Map(), schedules: new Map() };
  const selectionNames = createNames(nameKey);
  const scheduleNames = createNames(nameKey);
  for (const suite of suites) {
    const selection = selectionOf(suite);
    if (selection === undefined) {
      const reason = `its type ${JSON.stringify(suite.type)} is not known`;
      mapped.leftovers.push({ kind: 'suite', name: suite.name, reason });
      continue;
    }
    const name = selectionNames.claim(legalName(suite.name, `suite ${suite.id}`));
    mapped.selections.set(suite.id, name);
    mapped.items.push(toSavedSelection(suite, name, selection, deps));
    if (suite.cron !== undefined) addScheduleOf(mapped, suite, { name, scheduleNames }, deps);
  }
  for (const job of cronJobs) addCronJob(mapped, job, { suites, scheduleNames }, deps);
  return mapped;
}

/** A name as saved selections and schedules have it. */
export function legalName(text: string, otherwise: string): string {
  const name = text
    .normalize('NFC')
    .replace(/[^\p{L}\p{N} ._-]+/gu, ' ')
    .replace(/ +/g, ' ')
    .replace(/^[ ._-]+/, '')
    // Room for a number.
    .slice(0, 95)
    .trim();
  return isNewScheduleName(name) ? name : otherwise;
}

function toSavedSelection(suite: PhpSuite, here: string, selection: Selection, deps: Dependencies): Item {
  const { id, name, active } = suite;
  const { codes, inactive } = environmentsOf(suite, deps);
  const { description, notes: ofDescription } = toDescription(suite.description, maxDescriptionLength);
  const notes = renamed(name, here);
  if (inactive.length > 0) notes.push(`without its inactive environments: ${inactive.join(', ')}`);
  notes.push(...ofDescription);
  if (selection.playwright) notes.push(playwrightNote);
  return {
    ...{ kind: 'saved selection', sourceId: String(id), there: name, here, notes },
    fields: {
      selection: JSON.stringify(selection),
      ...(description && { description }),
      ...(codes.length > 0 && { environments: listField(codes) }),
      ...(!active && { disabled: 'true' }),
    },
  };
}

const renamed = (there: string, here: string) =>
  there === here ? [] : [`its name ${JSON.stringify(there)} becomes ${JSON.stringify(here)}`];

/** The environments of a suite here, without the inactive ones, on which php-matre runs no suite. */
function environmentsOf(
  { environmentIds }: Pick<PhpSuite, 'environmentIds'>,
  { environments, codes }: Pick<Dependencies, 'environments' | 'codes'>,
): { codes: string[]; inactive: string[] } {
  const own = environments.filter(({ id }) => environmentIds.includes(id) && codes.has(id));
  const codesOf = (active: boolean) =>
    own.flatMap((each) => (each.active === active ? [codes.get(each.id) ?? ''] : []));
  return { codes: codesOf(true), inactive: codesOf(false) };
}

type ScheduleNames = ReturnType<typeof createNames>;

function addScheduleOf(
  mapped: MappedSuites,
  suite: PhpSuite,
  { name, scheduleNames }: { name: string; scheduleNames: ScheduleNames },
  deps: Dependencies,
): void {
  const leave = (reason: string) =>
    mapped.leftovers.push({ kind: 'cron expression of the suite', name: suite.name, reason });
  const recurrence = recurrenceOf(suite.cron ?? '', deps.zone);
  if ('problem' in recurrence) return void leave(recurrence.problem);
  const { codes, inactive } = environmentsOf(suite, deps);
  if (codes.length + inactive.length === 0)
    return void leave('it has no environment, so it never runs there');
  const here = scheduleNames.claim(name);
  mapped.schedules.set(suite.id, here);
  const notes = [...renamed(suite.name, here), ...recurrence.notes];
  if (codes.length === 0) notes.push('paused, because all of its environments are inactive');
  else if (!suite.active) notes.push(inactiveNote);
  mapped.items.push({
    ...{
      kind: 'schedule',
      sourceId: `suite ${suite.id}`,
      there: `${suite.name}: ${suite.cron}`,
      here,
      notes,
    },
    fields: {
      ...scheduleRules(recurrence.cron, deps.zone),
      saved: name,
      environments: listField(codes.length > 0 ? codes : inactive),
      ...((!suite.active || codes.length === 0) && { paused: 'true' }),
    },
  });
}

const inactiveNote = 'paused, because it is inactive there';

/** As php-matre behaves: it skips an environment with a run under way, and fires once for all times that it missed. */
const scheduleRules = (cron: string, zone: string) => ({ cron, zone, overlap: 'skip', missed: 'once' });

/** A cron expression with the same times here. */
function recurrenceOf(text: string, zone: string): { cron: string; notes: string[] } | { problem: string } {
  const cron = text.trim().replace(/\s+/g, ' ');
  try {
    newRecurrence({ cron, zone });
    if (!needsBothDays(cron, 'vixie')) return { cron, notes: [] };
    // Either of two days is enough there, also when one of them has a step.
    const either = asEither(cron);
    newRecurrence({ cron: either, zone });
    return { cron: either, notes: [`${cron} is written as ${either}, which has the same times`] };
  } catch (error) {
    if (!isFault(error, 'INPUT_INVALID')) throw error;
    return { problem: error.message };
  }
}

function addCronJob(
  mapped: MappedSuites,
  job: PhpCronJob,
  { suites, scheduleNames }: { suites: readonly PhpSuite[]; scheduleNames: ScheduleNames },
  deps: Dependencies,
): void {
  const leave = (reason: string) => mapped.leftovers.push({ kind: 'cron job', name: job.name, reason });
  const command = readTestCommand(job.command);
  if (command === undefined) return void leave(reasonOf(job.command));
  if (!['mftf', 'playwright', 'both'].includes(command.type))
    return void leave(`its type of tests ${JSON.stringify(command.type)} is not known`);
  const recurrence = recurrenceOf(job.cron, deps.zone);
  if ('problem' in recurrence) return void leave(recurrence.problem);
  const environment = deps.environments.find(
    ({ code, id }) => code === command.environment && deps.codes.has(id),
  );
  if (environment === undefined) return void leave(`no environment has the code ${command.environment}`);
  const suite = suites.find(({ name }) => name === command.suite);
  if (command.suite !== undefined && suite === undefined)
    return void leave(`no suite has the name ${JSON.stringify(command.suite)}`);
  const isOfSuite =
    command.filter === undefined && suite && isOfPlaywright(suite) === (command.type === 'playwright');
  const saved = isOfSuite && command.type !== 'both' ? mapped.selections.get(suite.id) : undefined;
  const selection = saved === undefined ? selectionOfCommand(command, suite) : undefined;
  if (saved === undefined && selection === undefined)
    return void leave('it names no tests that can be imported');
  const here = scheduleNames.claim(legalName(job.name, `cron job ${job.id}`));
  mapped.items.push({
    ...{ kind: 'schedule', sourceId: `job ${job.id}`, there: `${job.name}: ${job.cron}`, here },
    notes: [
      ...renamed(job.name, here),
      ...recurrence.notes,
      ...(selection?.playwright ? [playwrightNote] : []),
      ...(job.active ? [] : [inactiveNote]),
    ],
    fields: {
      ...scheduleRules(recurrence.cron, deps.zone),
      ...(saved === undefined ? { selection: JSON.stringify(selection) } : { saved }),
      environments: listField([deps.codes.get(environment.id) ?? '']),
      ...(!job.active && { paused: 'true' }),
    },
  });
}
