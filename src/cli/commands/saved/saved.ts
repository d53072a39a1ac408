import type { Command } from 'commander';
import type { CliContext } from '../../cli-context.ts';
import { registerAdd } from './add.ts';
import { registerDisable, registerEnable, registerRemove } from './by-name.ts';
import { registerDuplicate } from './duplicate.ts';
import { registerEdit } from './edit.ts';
import { registerList } from './list.ts';
import { registerShow } from './show.ts';

export function registerSaved(saved: Command, context: CliContext): void {
  for (const register of [
    registerAdd,
    registerList,
    registerShow,
    registerEdit,
    registerDuplicate,
    registerDisable,
    registerEnable,
    registerRemove,
  ]) {
    register(saved, context);
  }
}
