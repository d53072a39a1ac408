import type { Command } from 'commander';
import { type ChannelKindView, listChannelKinds } from '../../../operations/channels/channel-kinds.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';
import { printTable } from '../../output/table.ts';

export function registerKinds(channel: Command, context: CliContext): void {
  channel
    .command('kinds')
    .description('list the kinds of channels, with their settings and secrets')
    .argument('[kind]', 'only this kind')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre channel kinds email')
    .action(async (name: string | undefined, options) => {
      const { kinds } = await context.withCaller((caller) => caller.call(listChannelKinds, {}));
      const shown = kinds.filter(({ kind }) => name === undefined || kind === name);
      print(context, options, { kinds: shown }, (output) => {
        for (const [index, kind] of shown.entries()) {
          if (index > 0) output.line();
          output.line(`${kind.kind}: ${kind.title}`);
          printTable(
            output,
            [
              { heading: 'Field', text: (field) => field.name },
              { heading: 'Is', text: (field) => field.is },
              { heading: 'Meaning', text: (field) => field.help },
            ],
            fieldsOf(kind),
          );
        }
      });
    });
}

function fieldsOf({ settings, secrets }: ChannelKindView) {
  const describe = (what: string) => (field: ChannelKindView['settings'][number]) => {
    const { name, help, required, choices, default: preset } = field;
    const words = [help, choices?.join(' or '), preset === null ? undefined : `default ${preset}`];
    return {
      name,
      is: required ? `${what}, required` : what,
      help: words.filter((word) => word !== undefined && word !== '').join('; '),
    };
  };
  return [...settings.map(describe('setting')), ...secrets.map(describe('secret'))];
}
