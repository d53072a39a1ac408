import type { Command } from 'commander';
import type { z } from 'zod';
import type { defineChangeByName } from '../operations/core/change-by-name.ts';
import { type CliContext, jsonOption, print } from './cli-context.ts';

type ChangeByName<View extends z.ZodType> = ReturnType<typeof defineChangeByName<View>>;

/** Registers a command below `parent` whose only argument is a name, such as `matre rule disable NAME`. */
export function registerByName<View extends z.ZodType>(
  parent: Command,
  context: CliContext,
  command: {
    verb: string;
    description: string;
    /** What has the name: `rule`. */
    subject: string;
    exampleName: string;
    operation: ChangeByName<View>;
    /** The line that says what was changed. */
    message(view: z.output<View>): string;
  },
): void {
  const { verb, description, subject, exampleName, operation, message } = command;
  parent
    .command(verb)
    .description(description)
    .argument('<name>', subject)
    .addOption(jsonOption())
    .addHelpText('after', `\nExample:\n  matre ${parent.name()} ${verb} ${exampleName}`)
    .action(async (name: string, options) => {
      const view = await context.withCaller((caller) => caller.call(operation, { name }));
      print(context, options, view, (output) => output.line(message(view)));
    });
}
