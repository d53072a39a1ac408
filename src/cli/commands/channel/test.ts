import type { Command } from 'commander';
import { testChannel } from '../../../operations/channels/test-channel.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';
import { exitCodes } from '../../exit-codes.ts';
import { clean } from '../../output/format.ts';

export function registerTest(channel: Command, context: CliContext): void {
  channel
    .command('test')
    .description('send a test message at once; the exit code is 2 when it is not delivered')
    .argument('<name>', 'channel')
    .option(
      '--recipient <recipient>',
      'instead of the default of the channel: an e-mail address, an id of a member',
    )
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre channel test mail --recipient ann@example.com')
    .action(async (name: string, options) => {
      const { recipient } = options;
      const answer = await context.withCaller((caller) => caller.call(testChannel, { name, recipient }));
      if (!answer.delivered) context.exitCode = exitCodes.broken;
      print(context, options, answer, (output) => {
        const { delivered, message, remedy } = answer;
        output.line(delivered ? output.paint.green(clean(message)) : output.paint.red(clean(message)));
        if (remedy !== null) output.line(`  ${clean(remedy)}`);
      });
    });
}
