import type { Command } from 'commander';
import { showTestChanges } from '../../operations/tests/changed-tests.ts';
import { showTestSteps, type TestStepsView, type TestStepView } from '../../operations/tests/test-steps.ts';
import { type CliContext, jsonOption, print } from '../cli-context.ts';
import { printTestChanges } from '../output/changes.ts';
import { clean, plural } from '../output/format.ts';
import type { Output } from '../output/terminal.ts';

export function registerSteps(command: Command, context: CliContext): void {
  command
    .argument('<test>', 'name of the test')
    .option('-e, --env <code>', 'with the image and the test modules of an environment')
    .option('--ref <ref>', 'at a branch, tag or commit of the first test module')
    .option('--changed-since <ref>', 'show what differs from a branch, tag or commit instead')
    .option('--merge-base', 'with --changed-since: from the newest commit that both come from')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Prints what MFTF runs after merging, extending and removing: the steps of action groups below their call, with arguments put
in, and for each the file and line it comes from. References to data, variables and credentials are not resolved.

With --changed-since, prints why the test differs, and the steps that differ: - those of the ref, + those of now.

Examples:
  matre steps AdminLoginSuccessfulTest
  matre steps CheckoutTest --changed-since main --ref feature/cart`,
    )
    .action(async (test: string, options) => {
      if (options.changedSince !== undefined) return showChanges(context, test, options);
      const steps = await context.withCaller((caller) =>
        caller.call(showTestSteps, { test, environment: options.env, ref: options.ref }),
      );
      print(context, options, steps, (output) => printSteps(output, steps));
    });
}

interface ChangesOptions {
  env?: string;
  ref?: string;
  changedSince: string;
  mergeBase?: boolean;
  json?: boolean;
}

async function showChanges(context: CliContext, test: string, options: ChangesOptions): Promise<void> {
  const changes = await context.withCaller((caller) =>
    caller.call(showTestChanges, {
      test,
      since: options.changedSince,
      environment: options.env,
      ref: options.ref,
      mergeBase: options.mergeBase ? 'true' : undefined,
    }),
  );
  print(context, options, changes, (output) => printTestChanges(output, changes));
}

function printSteps(output: Output, test: TestStepsView): void {
  const { commit, before, steps, after } = test;
  const parent = test.extends === null ? '' : `, extends ${clean(test.extends)}`;
  output.line(`${output.paint.bold(clean(test.test))}${parent}${test.skipped ? ', skipped' : ''}`);
  output.line(output.paint.dim(placeOf(test)));
  printPart(output, 'before', before);
  printPart(output, 'test', steps);
  printPart(output, 'after', after);
  const count = before.length + steps.length + after.length;
  output.line();
  output.line(`${plural(count, 'step')}, at ${commit.id.slice(0, 12)} ${clean(commit.subject)}`);
}

function printPart(output: Output, heading: string, steps: readonly TestStepView[]): void {
  if (steps.length === 0) return;
  output.line();
  output.line(output.paint.bold(heading));
  let call = '';
  for (const step of steps) {
    const caller = step.call?.stepKey ?? '';
    if (step.call && caller !== call) {
      const { actionGroup, stepKey } = step.call;
      output.line(`  ${clean(actionGroup)} [${clean(stepKey)}]  ${output.paint.dim(placeOf(step.call))}`);
    }
    call = caller;
    const indent = step.call ? '    ' : '  ';
    const text = step.stepKey === null ? `<!-- ${clean(step.text)} -->` : lineOf(step);
    output.line(`${indent}${text}  ${output.paint.dim(placeOf(step))}`);
  }
}

function lineOf({ action, text, stepKey }: TestStepView): string {
  return [clean(action), clean(text), `[${clean(stepKey ?? '')}]`].filter((part) => part !== '').join(' ');
}

function placeOf({ file, line }: { file: string; line: number }): string {
  return `${clean(file)}:${line}`;
}
