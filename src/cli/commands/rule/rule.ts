import type { Command } from 'commander';
import type { CliContext } from '../../cli-context.ts';
import { registerAdd } from './add.ts';
import { registerDisable, registerEnable, registerRemove } from './by-name.ts';
import { registerEdit } from './edit.ts';
import { registerList } from './list.ts';
import { registerShow } from './show.ts';
import { registerTry } from './try.ts';

export function registerRule(rule: Command, context: CliContext): void {
  for (const register of [
    registerAdd,
    registerList,
    registerShow,
    registerEdit,
    registerTry,
    registerDisable,
    registerEnable,
    registerRemove,
  ]) {
    register(rule, context);
  }
}
