import type { Command } from 'commander';
import { disableRule, enableRule, removeRule } from '../../../operations/rules/rules.ts';
import { registerByName } from '../../by-name-command.ts';
import type { CliContext } from '../../cli-context.ts';

export function registerDisable(rule: Command, context: CliContext): void {
  registerByName(rule, context, {
    verb: 'disable',
    subject: 'rule',
    exampleName: 'night',
    description: 'switch a rule off; messages that wait are sent',
    operation: disableRule,
    message: ({ name }) => `Rule ${name} was switched off.`,
  });
}

export function registerEnable(rule: Command, context: CliContext): void {
  registerByName(rule, context, {
    verb: 'enable',
    subject: 'rule',
    exampleName: 'night',
    description: 'switch a rule on again',
    operation: enableRule,
    message: ({ name }) => `Rule ${name} was switched on.`,
  });
}

export function registerRemove(rule: Command, context: CliContext): void {
  registerByName(rule, context, {
    verb: 'remove',
    subject: 'rule',
    exampleName: 'night',
    description: 'remove a rule; messages that wait are sent',
    operation: removeRule,
    message: ({ name }) => `Rule ${name} was removed.`,
  });
}
