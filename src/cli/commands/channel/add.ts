import { type Command, Option } from 'commander';
import { channelKindNames } from '../../../model/channel.ts';
import { addChannel } from '../../../operations/channels/channels.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';
import { type FieldOptions, fieldOptions, readSecrets, readSettings } from './fields.ts';
import { findKind } from './find-kind.ts';

interface Options extends FieldOptions {
  kind: (typeof channelKindNames)[number];
  json?: boolean;
}

export function registerAdd(channel: Command, context: CliContext): void {
  const command = channel
    .command('add')
    .description('add a channel; secrets that its kind requires are prompted for')
    .argument('<name>', 'unique: letters, digits, blanks, . _ and -')
    .addOption(
      new Option('--kind <kind>', 'what receives the messages')
        .choices(channelKindNames)
        .makeOptionMandatory(),
    );
  for (const option of fieldOptions()) command.addOption(option);
  command
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nmatre channel kinds lists the settings and secrets of each kind.\n' +
        '\nExamples:\n' +
        '  matre channel add qa --kind slack-bot --set channel=C024BE91L\n' +
        '  matre channel add mail --kind email --set host=smtp.example.com --set from=matre@example.com --set to=qa@example.com\n' +
        '  pass show chat-hook | matre channel add chat --kind mattermost --secret-stdin url',
    )
    .action(async (name: string, options: Options) => {
      const added = await context.withCaller(async (caller) => {
        const kind = await findKind(caller, options.kind);
        const settings = await readSettings(kind, options);
        const secrets = await readSecrets(context.terminal, kind, options, { required: true });
        const { personal = false } = options;
        return caller.call(addChannel, { name, kind: options.kind, settings, secrets, personal });
      });
      print(context, options, added, (output) =>
        output.line(`Channel ${added.name} was added. Send a test message: matre channel test ${added.name}`),
      );
    });
}
