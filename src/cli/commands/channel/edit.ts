import type { Command } from 'commander';
import { editChannel, showChannel } from '../../../operations/channels/channels.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';
import { type FieldOptions, fieldOptions, readSecrets, readSettings } from './fields.ts';
import { findKind } from './find-kind.ts';

interface Options extends FieldOptions {
  rename?: string;
  removeSecret?: string[];
  json?: boolean;
}

export function registerEdit(channel: Command, context: CliContext): void {
  const command = channel
    .command('edit')
    .description('change a channel; unspecified fields are unchanged')
    .argument('<name>', 'channel')
    .option('--rename <name>', 'new name')
    .option('--remove-secret <field...>', 'remove secrets that the kind does not require');
  for (const option of fieldOptions()) command.addOption(option);
  command
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nAn empty value removes a setting: --set channel=\n' +
        '\nExamples:\n  matre channel edit mail --set port=465 --set security=tls\n  matre channel edit qa --secret token',
    )
    .action(async (name: string, options: Options) => {
      const edited = await context.withCaller(async (caller) => {
        const current = await caller.call(showChannel, { name });
        const kind = await findKind(caller, current.kind);
        const settings = await readSettings(kind, options);
        const removed = (options.removeSecret ?? []).map((field) => [field, null]);
        const read = await readSecrets(context.terminal, kind, options, { required: false });
        const secrets = { ...Object.fromEntries(removed), ...read };
        return caller.call(editChannel, {
          name,
          rename: options.rename,
          personal: options.personal,
          ...(Object.keys(settings).length > 0 && { settings }),
          ...(Object.keys(secrets).length > 0 && { secrets }),
        });
      });
      print(context, options, edited, (output) => output.line(`Channel ${edited.name} was changed.`));
    });
}
