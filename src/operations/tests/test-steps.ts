import { z } from 'zod';
import { code, gitRef, testName } from '../core/fields.ts';
import { defineOperation } from '../core/operation.ts';
import { getEnvironment } from '../environments/get-environment.ts';

const origin = {
  file: z.string().describe('Below the root of Magento, where the test module is mounted'),
  line: z.number(),
};

export const stepView = z.object({
  stepKey: z.string().nullable().describe('As in the results of a run; null for a comment'),
  action: z.string().describe('What MFTF does, such as click'),
  text: z.string().describe('Its attributes, with the arguments of the action group put in'),
  ...origin,
  call: z
    .object({ actionGroup: z.string(), stepKey: z.string(), ...origin })
    .nullable()
    .describe('The call of the action group that the step comes from'),
});
export type TestStepView = z.output<typeof stepView>;

export const testStepsView = z.object({
  commit: z.object({ id: z.string(), subject: z.string() }),
  test: z.string(),
  ...origin,
  extends: z.string().nullable(),
  skipped: z.boolean(),
  before: z.array(stepView),
  steps: z.array(stepView),
  after: z.array(stepView),
});
export type TestStepsView = z.output<typeof testStepsView>;

type Origin = { file: string; line: number };

export const showTestSteps = defineOperation({
  name: 'tests.steps',
  method: 'GET',
  path: '/api/tests/:test/steps',
  summary: 'Show the steps of a test as MFTF runs them, each with the file and line it comes from',
  role: 'viewer',
  audited: false,
  input: z.object({
    test: testName,
    environment: code
      .optional()
      .describe('With its image and test modules; without it those of the settings'),
    ref: gitRef.optional(),
  }),
  output: testStepsView,
  async run(context, { test, environment: code, ref }) {
    const environment = code === undefined ? undefined : await getEnvironment(context, code);
    const { commit, catalog } = await context.catalog({ environment, ref });
    const { origin, ...answer } = await catalog.ask('steps', { test });
    const view = (steps: typeof answer.steps) => steps.map(viewStep);
    return {
      commit,
      test,
      ...origin,
      ...answer,
      before: view(answer.before),
      steps: view(answer.steps),
      after: view(answer.after),
    };
  },
});

/** A step with its places in its own fields. */
export function viewStep<Step extends { origin: Origin; call: ({ origin: Origin } & Call) | null }>(
  step: Step,
) {
  const { origin, call, ...others } = step;
  return {
    ...others,
    ...origin,
    call: call && { actionGroup: call.actionGroup, stepKey: call.stepKey, ...call.origin },
  };
}

type Call = { actionGroup: string; stepKey: string };
