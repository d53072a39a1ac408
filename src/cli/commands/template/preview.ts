import type { Command } from 'commander';
import { previewTemplate } from '../../../operations/rules/templates.ts';
import { type CliContext, jsonOption, parseWhole, print } from '../../cli-context.ts';
import { cleanLines } from '../../output/format.ts';
import { type Kind, kindArgument, type Outcome, outcomeArgument, readSource } from './arguments.ts';

export function registerPreview(template: Command, context: CliContext): void {
  template
    .command('preview')
    .description('print what a template makes of a submission, or of invented results')
    .addArgument(kindArgument())
    .addArgument(outcomeArgument())
    .option('--file <path>', 'instead of the stored template')
    .option('--submission <number>', 'whose results are shown', parseWhole)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExample:\n  matre template preview slack-bot failed --file failed.liquid --submission 57',
    )
    .action(async (channelKind: Kind, outcome: Outcome, options) => {
      const { file, submission } = options as { file?: string; submission?: number };
      const source = file === undefined ? undefined : await readSource(file);
      const input = { channelKind, outcome, source, submission };
      const view = await context.withCaller((caller) => caller.call(previewTemplate, input));
      print(context, options, view, (output) => {
        output.line(cleanLines(view.headline));
        if (view.body !== '') output.line(cleanLines(view.body));
        if (view.problem) output.line(output.paint.yellow(cleanLines(view.problem)));
      });
    });
}
