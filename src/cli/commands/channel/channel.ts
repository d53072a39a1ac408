import type { Command } from 'commander';
import type { CliContext } from '../../cli-context.ts';
import { registerAdd } from './add.ts';
import { registerDisable, registerEnable, registerRemove } from './by-name.ts';
import { registerEdit } from './edit.ts';
import { registerKinds } from './kinds.ts';
import { registerList } from './list.ts';
import { registerShow } from './show.ts';
import { registerTest } from './test.ts';

export function registerChannel(channel: Command, context: CliContext): void {
  for (const register of [
    registerAdd,
    registerList,
    registerShow,
    registerEdit,
    registerTest,
    registerKinds,
    registerDisable,
    registerEnable,
    registerRemove,
  ]) {
    register(channel, context);
  }
}
