import type { Command } from 'commander';
import type { CliContext } from '../../cli-context.ts';
import { registerAdd } from './add.ts';
import { registerEdit } from './edit.ts';
import { registerList } from './list.ts';
import { registerRemove } from './remove.ts';
import { registerShow } from './show.ts';
import { registerTest } from './test.ts';

export function registerHook(hook: Command, context: CliContext): void {
  for (const register of [
    registerAdd,
    registerList,
    registerShow,
    registerEdit,
    registerRemove,
    registerTest,
  ]) {
    register(hook, context);
  }
}
