import { z } from 'zod';
import { credentialKey, envLayers, type LayeredValue, moduleEnvPath } from '../../mftf/module/env-files.ts';
import type { StepField, ValuePart } from '../../mftf/steps/step-fields.ts';
import type { ShownStep, TestSteps } from '../../mftf/steps/test-steps.ts';
import { runtimeKinds } from '../../model/step-value.ts';
import type { Context } from '../core/context.ts';
import { code, gitRef, testName } from '../core/fields.ts';
import { defineOperation, type RequestContext } from '../core/operation.ts';
import { createSourceViewer, sourceFields, type ViewSource } from '../core/source-view.ts';
import { shownValue, variableValue } from '../core/views.ts';
import { getEnvironment } from '../environments/get-environment.ts';

/** A test may have thousands of steps, so that they have less than `sourceFields`. */
const place = { file: sourceFields.file, line: sourceFields.line, url: sourceFields.url };

const fieldView = z.object({
  name: z.string().describe('The attribute, or the tag of an element inside of the step; empty for its text'),
  parts: z
    .array(z.union([z.string(), z.object({ kind: z.enum(runtimeKinds), name: z.string() })]))
    .describe(
      'Text, and what exists only while the test runs: a variable (env), a key of _CREDS (secret), a field of created data, what an earlier step returned (variable), what makes data unique, or a call (code)',
    ),
  references: z
    .array(z.object({ name: z.string(), ...place }))
    .describe('The data, elements and pages that the value comes from'),
});
export type StepFieldView = z.output<typeof fieldView>;

const resolvedStepView = z.object({
  stepKey: z.string().nullable().describe('As in the results of a run; null for a comment'),
  action: z.string().describe('What MFTF does, such as click'),
  text: z.string().describe('Its attributes, with the arguments of the action group put in'),
  fields: z.array(fieldView).describe('The same, with references to data, elements and pages resolved'),
  ...place,
  call: z
    .object({ actionGroup: z.string(), stepKey: z.string(), ...place })
    .nullable()
    .describe('The call of the action group that the step comes from'),
});
export type TestStepView = z.output<typeof resolvedStepView>;

const usedValueView = z.object({
  kind: z.enum(['env', 'secret']),
  name: z.string().describe('As in `parts`'),
  variable: z.string().nullable().describe('The variable that has it; null when it is not set'),
  value: variableValue,
  secret: z.boolean(),
  from: z.enum(envLayers).nullable().describe('The layer of the value; null when it is not set'),
  file: z.string().nullable().describe('The file of the test module that has it'),
});
export type UsedValueView = z.output<typeof usedValueView>;

export const testStepsView = z.object({
  commit: z.object({ id: z.string(), subject: z.string() }),
  test: z.string(),
  ...place,
  extends: z.string().nullable(),
  skipped: z.boolean(),
  environment: z.string().nullable(),
  modules: z
    .string()
    .nullable()
    .describe('Which modules are read: those that the shop listed last; null without an environment'),
  values: z.array(usedValueView).describe('What the steps read on the environment; empty without one'),
  valuesMissing: z
    .string()
    .nullable()
    .describe('Why the values of the environment are not known, such as a missing file'),
  before: z.array(resolvedStepView),
  steps: z.array(resolvedStepView),
  after: z.array(resolvedStepView),
});
export type TestStepsView = z.output<typeof testStepsView>;

export const showTestSteps = defineOperation({
  name: 'tests.steps',
  method: 'GET',
  path: '/api/tests/:test/steps',
  summary: 'Show the steps of a test as MFTF runs them, each with the file and line it comes from',
  role: 'viewer',
  readsTests: true,
  audited: false,
  input: z.object({
    test: testName,
    environment: code
      .optional()
      .describe(
        'With its image, test modules, enabled modules and values; without it those of the settings, all modules and no values',
      ),
    ref: gitRef.optional().describe('Of the first test module, such as the commit of a run'),
  }),
  output: testStepsView,
  async run(context, { test, environment: code, ref }, request) {
    const environment = code === undefined ? undefined : await getEnvironment(context, code);
    const resolved = await context.testSteps({ environment, ref, test });
    const { commit, testModules, modules, values } = resolved;
    const viewSource = createSourceViewer(context, testModules);
    const view = (steps: readonly ShownStep[]) => steps.map((step) => viewStep(step, viewSource));
    const layers = values && 'layers' in values ? values.layers : undefined;
    const answer = layers ? withoutUnset(resolved.steps, layers) : resolved.steps;
    return {
      commit: { id: commit.id, subject: commit.subject },
      test,
      ...viewPlace(answer.origin, viewSource),
      extends: answer.extends,
      skipped: answer.skipped,
      environment: code ?? null,
      modules: modules ?? null,
      values: layers && code !== undefined ? viewValues(answer, { layers, code }, context, request) : [],
      valuesMissing: values && 'missing' in values ? values.missing : null,
      before: view(answer.before),
      steps: view(answer.steps),
      after: view(answer.after),
    };
  },
});

function viewPlace(origin: ShownStep['origin'], viewSource: ViewSource) {
  const { file, line, url } = viewSource(origin);
  return { file, line, url };
}

function viewStep({ origin, call, fields, ...step }: ShownStep, viewSource: ViewSource): TestStepView {
  return {
    ...step,
    fields: fields.map(({ name, parts, references }: StepField) => ({
      name,
      parts: parts.map((part) => (typeof part === 'string' ? part : { kind: part.kind, name: part.name })),
      references: references.map(({ name, origin }) => ({ name, ...viewPlace(origin, viewSource) })),
    })),
    ...viewPlace(origin, viewSource),
    call: call && {
      actionGroup: call.actionGroup,
      stepKey: call.stepKey,
      ...viewPlace(call.origin, viewSource),
    },
  };
}

/** The steps without optional values that the environment does not have. */
function withoutUnset(
  { before, steps, after, ...test }: TestSteps,
  layers: readonly LayeredValue[],
): TestSteps {
  const names = new Set(layers.map(({ name }) => name));
  const isSet = (part: ValuePart) => typeof part === 'string' || !part.optional || names.has(part.name);
  const reduce = (list: ShownStep[]) =>
    list.map(({ fields, ...step }) => ({
      ...step,
      fields: fields.map((field) => ({ ...field, parts: field.parts.filter(isSet) })),
    }));
  return { ...test, before: reduce(before), steps: reduce(steps), after: reduce(after) };
}

/** The values that the steps read, each once, in their order. */
function viewValues(
  { before, steps, after }: TestSteps,
  { layers, code }: { layers: readonly LayeredValue[]; code: string },
  context: Context,
  request: Pick<RequestContext, 'principal'>,
): UsedValueView[] {
  const byName = new Map(layers.map((layer) => [layer.name, layer]));
  const byKey = new Map(layers.map((layer) => [credentialKey(layer.name), layer]));
  const views = new Map<string, UsedValueView>();
  const parts = [...before, ...steps, ...after].flatMap(({ fields }) =>
    fields.flatMap((field) => field.parts),
  );
  for (const part of parts) {
    if (typeof part === 'string' || (part.kind !== 'env' && part.kind !== 'secret')) continue;
    const { kind, name } = part;
    const layer = kind === 'env' ? byName.get(name) : byKey.get(name);
    const isSecret = kind === 'secret' || (layer?.secret ?? false);
    views.set(`${kind} ${name}`, {
      ...{ kind, name, variable: layer?.name ?? null },
      value:
        layer && !isSecret ? shownValue({ name: layer.name, value: layer.value }, context, request) : null,
      secret: isSecret,
      from: layer?.from ?? null,
      file: layer?.from === 'module' ? moduleEnvPath(code) : null,
    });
  }
  return [...views.values()];
}
