import { type Command, Option } from 'commander';
import { templateOutcomes } from '../../../model/template-outcome.ts';
import { testChannel } from '../../../operations/channels/test-channel.ts';
import { type CliContext, jsonOption, parseWhole, print } from '../../cli-context.ts';
import { exitCodes } from '../../exit-codes.ts';
import { clean } from '../../output/format.ts';
import { type Outcome, readSource } from '../template/arguments.ts';

interface Options {
  recipient?: string;
  outcome?: Outcome;
  submission?: number;
  file?: string;
  json?: boolean;
}

export function registerTest(channel: Command, context: CliContext): void {
  channel
    .command('test')
    .description('send a test message at once; the exit code is 2 when it is not delivered')
    .argument('<name>', 'channel')
    .option(
      '--recipient <recipient>',
      'instead of the default of the channel: an e-mail address, an id of a member',
    )
    .addOption(
      new Option(
        '--outcome <outcome>',
        'send what the template of this outcome makes of invented results',
      ).choices(templateOutcomes),
    )
    .option('--submission <number>', 'with --outcome: of the results of this submission', parseWhole)
    .option('--file <path>', 'with --outcome: by the template in this file')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExamples:\n  matre channel test mail --recipient ann@example.com' +
        '\n  matre channel test qa --outcome failed --submission 57 --file failed.liquid',
    )
    .action(async (name: string, { recipient, outcome, submission, file, ...options }: Options) => {
      const source = file === undefined ? undefined : await readSource(file);
      const input = { name, recipient, outcome, submission, source };
      const answer = await context.withCaller((caller) => caller.call(testChannel, input));
      if (!answer.delivered) context.exitCode = exitCodes.broken;
      print(context, options, answer, (output) => {
        const { delivered, message, remedy } = answer;
        output.line(delivered ? output.paint.green(clean(message)) : output.paint.red(clean(message)));
        if (remedy !== null) output.line(`  ${clean(remedy)}`);
      });
    });
}
