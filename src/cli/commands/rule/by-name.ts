import type { Command } from 'commander';
import type { Operation } from '../../../operations/core/operation.ts';
import type { RuleView } from '../../../operations/rules/rule-view.ts';
import { disableRule, enableRule, removeRule } from '../../../operations/rules/rules.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';

export function registerDisable(rule: Command, context: CliContext): void {
  register(rule, context, {
    verb: 'disable',
    description: 'switch a rule off; messages that wait are sent',
    operation: disableRule,
    message: ({ name }) => `Rule ${name} was switched off.`,
  });
}

export function registerEnable(rule: Command, context: CliContext): void {
  register(rule, context, {
    verb: 'enable',
    description: 'switch a rule on again',
    operation: enableRule,
    message: ({ name }) => `Rule ${name} was switched on.`,
  });
}

export function registerRemove(rule: Command, context: CliContext): void {
  register(rule, context, {
    verb: 'remove',
    description: 'remove a rule; messages that wait are sent',
    operation: removeRule,
    message: ({ name }) => `Rule ${name} was removed.`,
  });
}

/** Registers a command whose only argument is a rule. */
function register(
  rule: Command,
  context: CliContext,
  command: {
    verb: string;
    description: string;
    operation: Operation<typeof removeRule.input, typeof removeRule.output>;
    message(view: RuleView): string;
  },
): void {
  const { verb, description, operation, message } = command;
  rule
    .command(verb)
    .description(description)
    .argument('<name>', 'rule')
    .addOption(jsonOption())
    .addHelpText('after', `\nExample:\n  matre rule ${verb} night`)
    .action(async (name: string, options) => {
      const view = await context.withCaller((caller) => caller.call(operation, { name }));
      print(context, options, view, (output) => output.line(message(view)));
    });
}
