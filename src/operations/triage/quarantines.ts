import { z } from 'zod';
import { Fault } from '../../faults/fault.ts';
import { dayMs } from '../../model/duration.ts';
import { maxQuarantineDays, maxTriageOwnerLength, maxTriageReasonLength } from '../../model/limits.ts';
import type { Quarantine } from '../../model/quarantine.ts';
import type { Context } from '../core/context.ts';
import { cause, code, shownLine, testName, timeInput, wholeNumber } from '../core/fields.ts';
import { defined, defineOperation } from '../core/operation.ts';
import { getEnvironment } from '../environments/get-environment.ts';
import { splitTestName } from '../runs/test-log.ts';
import { type QuarantineView, quarantineView, viewQuarantine } from './quarantine-view.ts';

const maxListed = 1_000;

/** The fields that can be changed later. */
const owner = shownLine(maxTriageOwnerLength);
const reason = shownLine(maxTriageReasonLength);
const quarantineId = wholeNumber(1, Number.MAX_SAFE_INTEGER, 'must be the number of a quarantine');

export const addQuarantine = defineOperation({
  name: 'quarantines.add',
  method: 'POST',
  path: '/api/quarantines',
  summary:
    'Quarantine a flaky test: until a date, its failures of known causes are shown and do not decide verdicts',
  role: 'operator',
  audited: ({ test, suite, environment }) =>
    `${suite === undefined ? test : `${suite}:${test}`} on ${environment ?? 'all environments'}`,
  input: z.object({
    test: testName.describe('A test, or Suite:Test'),
    suite: testName.optional(),
    environment: code.optional().describe('Without it, on all environments'),
    cause: cause
      .optional()
      .describe(
        'Covers failures of this cause only; without it, of all causes with which the test failed there so far',
      ),
    owner: owner.optional().describe('Who repairs the test; by default the caller'),
    reason,
    endsAt: timeInput.describe(`Required: at most ${maxQuarantineDays} days from now`),
  }),
  output: quarantineView,
  async run(context, { environment, owner, reason, endsAt, ...rest }, { principal }) {
    const { name, suite = rest.suite } =
      rest.suite === undefined ? splitTestName(rest.test) : { name: rest.test };
    const end = checkEnd(new Date(endsAt), await context.clock());
    const environmentId =
      environment === undefined ? undefined : (await getEnvironment(context, environment)).id;
    const causes = await knownCauses(context, { name, suite, environmentId, cause: rest.cause });
    const created = await context.quarantines.create({
      test: name,
      suite,
      environmentId,
      causes,
      owner: owner ?? principal.name,
      reason,
      endsAt: end,
      createdBy: principal.name,
    });
    return viewOne(context, created);
  },
});

export const listQuarantines = defineOperation({
  name: 'quarantines.list',
  method: 'GET',
  path: '/api/quarantines',
  summary: 'List the quarantines of tests, the first to end first; or those that have ended',
  role: 'viewer',
  audited: false,
  input: z.object({ state: z.enum(['active', 'ended']).default('active') }),
  output: z.object({ quarantines: z.array(quarantineView).describe(`At most ${maxListed}`) }),
  async run(context, { state }) {
    const quarantines = await context.quarantines.list(state, maxListed);
    const messages = await context.results.newestOf(quarantines.flatMap(({ causes }) => causes));
    return { quarantines: quarantines.map((each) => viewQuarantine(each, messages)) };
  },
});

export const changeQuarantine = defineOperation({
  name: 'quarantines.change',
  method: 'PATCH',
  path: '/api/quarantines/:id',
  summary:
    'Change the end, reason or owner of a quarantine; runs that were judged with it keep their verdicts',
  role: 'operator',
  audited: ({ id }) => `quarantine ${id}`,
  input: z.object({
    id: quarantineId,
    owner: owner.optional(),
    reason: reason.optional(),
    endsAt: timeInput.optional().describe(`At most ${maxQuarantineDays} days from now`),
  }),
  output: quarantineView,
  async run(context, { id, owner, reason, endsAt }) {
    if (owner === undefined && reason === undefined && endsAt === undefined)
      throw new Fault('INPUT_INVALID', 'Nothing to change: name an owner, a reason or an end.');
    const end = endsAt === undefined ? undefined : checkEnd(new Date(endsAt), await context.clock());
    return viewOne(context, await context.quarantines.change(id, defined({ owner, reason, endsAt: end })));
  },
});

export const endQuarantine = defineOperation({
  name: 'quarantines.end',
  method: 'POST',
  path: '/api/quarantines/:id/end',
  summary: 'End a quarantine now; runs that were judged with it keep their verdicts',
  role: 'operator',
  audited: ({ id }) => `quarantine ${id}`,
  input: z.object({ id: quarantineId }),
  output: quarantineView,
  async run(context, { id }, { principal }) {
    return viewOne(context, await context.quarantines.end(id, principal.name));
  },
});

async function viewOne({ results }: Context, quarantine: Quarantine): Promise<QuarantineView> {
  return viewQuarantine(quarantine, await results.newestOf(quarantine.causes));
}

/** Errors: QUARANTINE_END_INVALID. */
function checkEnd(end: Date, now: Date): Date {
  const days = (end.getTime() - now.getTime()) / dayMs;
  if (days <= 0) throw new Fault('QUARANTINE_END_INVALID', `The end ${end.toISOString()} is in the past.`);
  if (days > maxQuarantineDays) {
    throw new Fault(
      'QUARANTINE_END_INVALID',
      `The end ${end.toISOString()} is more than ${maxQuarantineDays} days away.`,
    );
  }
  return end;
}

/**
 * The causes that a quarantine of a test covers: the one that is named, or those of all its failures there.
 * Errors: TEST_NOT_RECORDED, CAUSE_UNKNOWN, QUARANTINE_BROKEN.
 */
async function knownCauses(
  { quarantines }: Context,
  test: {
    name: string;
    suite: string | undefined;
    environmentId: number | undefined;
    cause: string | undefined;
  },
): Promise<string[]> {
  const { name, suite, cause } = test;
  const label = suite === undefined ? name : `${suite}:${name}`;
  const { newest, causes } = await quarantines.recorded(test);
  if (newest === undefined) {
    const suites = (await quarantines.suitesOf(name)).filter((each) => each !== suite);
    const others = suites.map((each) =>
      each === undefined ? `${name} outside of suites` : `${each}:${name}`,
    );
    const hint = others.length > 0 ? ` There are results of ${others.slice(0, 5).join(', ')}.` : '';
    throw new Fault('TEST_NOT_RECORDED', `There is no result of ${label} there.${hint}`);
  }
  const failed = [...causes].filter(([, statuses]) => statuses.has('failed')).map(([each]) => each);
  if (cause !== undefined) {
    if (failed.includes(cause)) return [cause];
    if (causes.has(cause))
      throw new Fault('QUARANTINE_BROKEN', `With cause ${cause}, ${label} was broken, not failed.`);
    throw new Fault('CAUSE_UNKNOWN', `${label} never failed there with cause ${cause}.`);
  }
  if (newest === 'broken')
    throw new Fault('QUARANTINE_BROKEN', `The newest result of ${label} there is broken.`);
  if (failed.length === 0) throw new Fault('CAUSE_UNKNOWN', `${label} never failed there.`);
  return failed;
}
