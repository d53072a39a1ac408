import type { Command } from 'commander';
import { testHook } from '../../../operations/hooks/hooks.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';
import { exitCodes } from '../../exit-codes.ts';
import { clean, cleanLines, durationText } from '../../output/format.ts';
import { environmentOption } from './options.ts';

export function registerTest(hook: Command, context: CliContext): void {
  hook
    .command('test')
    .description('execute a hook now, where no run is under way; the exit code is 2 when it fails')
    .argument('<name>', 'hook')
    .addOption(environmentOption())
    .option('--on <code>', 'where to execute a hook of all environments')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nA hook that waits sends one request. Its effects are real: test a hook that restores a database on a shop whose data may be lost.\n' +
        '\nExample:\n  matre hook test flush-caches -e preprod-us',
    )
    .action(async (name: string, options) => {
      const input = { name, environment: options.env, on: options.on };
      const answer = await context.withCaller((caller) => caller.call(testHook, input));
      if (!answer.passed) context.exitCode = exitCodes.broken;
      print(context, options, answer, (output) => {
        const { passed, message, durationMs, output: log } = answer;
        if (log.trim() !== '') output.line(cleanLines(log.trimEnd()));
        const time = durationText(durationMs);
        const text = `The hook ${passed ? 'passed' : 'failed'} in ${time}${message === null ? '.' : `: ${clean(message)}`}`;
        output.line(passed ? output.paint.green(text) : output.paint.red(text));
      });
    });
}
