import { shortCommit } from '../../model/short-commit.ts';
import { runtimeText } from '../../model/step-value.ts';
import type {
  StepFieldView,
  TestStepsView,
  TestStepView,
  UsedValueView,
} from '../../operations/tests/test-steps.ts';
import { clean, plural } from './format.ts';
import { printTable } from './table.ts';
import type { Output } from './terminal.ts';

/** Prints the steps of a test, those of action groups below their call, and the values that they read on an environment. */
export function printSteps(output: Output, test: TestStepsView): void {
  const { commit, before, steps, after, values, modules, valuesMissing } = test;
  const parent = test.extends === null ? '' : `, extends ${clean(test.extends)}`;
  output.line(`${output.paint.bold(clean(test.test))}${parent}${test.skipped ? ', skipped' : ''}`);
  output.line(output.paint.dim(placeText(test)));
  const findValue = (kind: string, name: string) =>
    values.find((value) => value.kind === kind && value.name === name);
  printPart(output, { heading: 'before', steps: before }, findValue);
  printPart(output, { heading: 'test', steps }, findValue);
  printPart(output, { heading: 'after', steps: after }, findValue);
  const count = before.length + steps.length + after.length;
  output.line();
  output.line(`${plural(count, 'step')}, at ${shortCommit(commit.id)} ${clean(commit.subject)}`);
  if (modules !== null) output.line(`Modules: ${clean(modules)}`);
  if (valuesMissing !== null) output.line(clean(valuesMissing));
  if (values.length > 0) printValues(output, values);
}

type FindValue = (kind: string, name: string) => UsedValueView | undefined;

function printPart(
  output: Output,
  { heading, steps }: { heading: string; steps: readonly TestStepView[] },
  findValue: FindValue,
): void {
  if (steps.length === 0) return;
  output.line();
  output.line(output.paint.bold(heading));
  let currentCall = '';
  for (const step of steps) {
    const caller = step.call?.stepKey ?? '';
    if (step.call && caller !== currentCall) {
      const { actionGroup, stepKey } = step.call;
      output.line(`  ${clean(actionGroup)} [${clean(stepKey)}]  ${output.paint.dim(placeText(step.call))}`);
    }
    currentCall = caller;
    const indent = step.call ? '    ' : '  ';
    const text = step.stepKey === null ? `<!-- ${clean(step.text)} -->` : lineOf(step, findValue);
    output.line(`${indent}${text}  ${output.paint.dim(placeText(step))}`);
  }
}

function lineOf({ action, fields, stepKey }: TestStepView, findValue: FindValue): string {
  const values = fields.map((field) => fieldText(field, findValue)).join(' ');
  return [clean(action), clean(values), `[${clean(stepKey ?? '')}]`].filter((part) => part !== '').join(' ');
}

function fieldText({ name, parts }: StepFieldView, findValue: FindValue): string {
  const text = parts.map((part) => (typeof part === 'string' ? part : partText(part, findValue))).join('');
  return name === '' ? text : `${name}="${text}"`;
}

/** Shown instead of a secret, whose value never leaves the server. */
const mask = '••••••';

/** The value on the environment if the server knows it; else the placeholder as in the XML, such as `$order.id$`, known only in a run. */
function partText(part: Exclude<StepFieldView['parts'][number], string>, findValue: FindValue): string {
  const value = findValue(part.kind, part.name);
  if (value?.variable != null && value.secret) return mask;
  return value?.value ?? runtimeText(part);
}

function printValues(output: Output, values: readonly UsedValueView[]): void {
  output.line();
  printTable(
    output,
    [
      { heading: 'Read as', text: ({ kind, name }) => `${kind === 'env' ? '_ENV' : '_CREDS'}.${name}` },
      {
        heading: 'Value',
        text: ({ variable, value, secret }) =>
          variable === null ? 'not set' : secret ? mask : (value ?? 'hidden'),
        truncate: 'middle',
      },
      { heading: 'From', text: ({ from, file }) => file ?? from ?? '-' },
    ],
    values,
  );
}

function placeText({ file, line }: { file: string; line: number }): string {
  return `${clean(file)}:${line}`;
}
