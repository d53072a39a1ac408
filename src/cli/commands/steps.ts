import type { Command } from 'commander';
import { showTestChanges } from '../../operations/tests/changed-tests.ts';
import { showTestSteps } from '../../operations/tests/test-steps.ts';
import { type CliContext, jsonOption, print } from '../cli-context.ts';
import { printTestChanges } from '../output/changes.ts';
import { printSteps } from '../output/steps.ts';

export function registerSteps(command: Command, context: CliContext): void {
  command
    .argument('<test>', 'name of the test')
    .option('-e, --env <code>', 'on an environment: with its image, modules and values')
    .option('--ref <ref>', 'at a branch, tag or commit of the first test module')
    .option('--changed-since <ref>', 'show what differs from a branch, tag or commit instead')
    .option('--merge-base', 'with --changed-since: from the newest commit that both come from')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Prints what MFTF runs after merging, extending and removing: the steps of action groups below their call, with arguments put
in, references to data, elements and pages resolved, and for each the file and line it comes from. With --env the modules are
those that the shop has enabled, and the values are those of the environment, secrets as dots.

With --changed-since, prints why the test differs, and the steps that differ: - those of the ref, + those of now.

Examples:
  matre steps AdminLoginSuccessfulTest
  matre steps AdminLoginSuccessfulTest -e preprod-us
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
