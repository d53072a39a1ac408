import type { Command } from 'commander';
import { resetTemplate, setTemplate, showTemplate } from '../../../operations/rules/templates.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';
import { cleanLines } from '../../output/format.ts';
import { type Kind, kindArgument, type Outcome, outcomeArgument, readSource } from './arguments.ts';

export function registerShow(template: Command, context: CliContext): void {
  template
    .command('show')
    .description('print a template, to change it in a file')
    .addArgument(kindArgument())
    .addArgument(outcomeArgument())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre template show slack-bot failed > failed.liquid')
    .action(async (channelKind: Kind, outcome: Outcome, options) => {
      const view = await context.withCaller((caller) => caller.call(showTemplate, { channelKind, outcome }));
      print(context, options, view, (output) => output.line(cleanLines(view.source.trimEnd())));
    });
}

export function registerSet(template: Command, context: CliContext): void {
  template
    .command('set')
    .description('change a template to what a file has')
    .addArgument(kindArgument())
    .addArgument(outcomeArgument())
    .argument('<file>', 'the template, in Liquid')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre template set slack-bot failed failed.liquid')
    .action(async (channelKind: Kind, outcome: Outcome, file: string, options) => {
      const input = { channelKind, outcome, source: await readSource(file) };
      const view = await context.withCaller((caller) => caller.call(setTemplate, input));
      print(context, options, view, (output) =>
        output.line(`The template of ${channelKind} for ${outcome} was changed.`),
      );
    });
}

export function registerReset(template: Command, context: CliContext): void {
  template
    .command('reset')
    .description('use the default template again')
    .addArgument(kindArgument())
    .addArgument(outcomeArgument())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre template reset slack-bot failed')
    .action(async (channelKind: Kind, outcome: Outcome, options) => {
      const view = await context.withCaller((caller) => caller.call(resetTemplate, { channelKind, outcome }));
      print(context, options, view, (output) =>
        output.line(`The template of ${channelKind} for ${outcome} is the default again.`),
      );
    });
}
