import type { Command } from 'commander';
import type { CliContext } from '../../cli-context.ts';
import { registerAdd } from './add.ts';
import { registerPause, registerRemove, registerResume } from './by-name.ts';
import { registerEdit } from './edit.ts';
import { registerFire } from './fire.ts';
import { registerList } from './list.ts';
import { registerNext } from './next.ts';
import { registerShow } from './show.ts';

export function registerSchedule(schedule: Command, context: CliContext): void {
  for (const register of [
    registerAdd,
    registerList,
    registerShow,
    registerEdit,
    registerPause,
    registerResume,
    registerRemove,
    registerFire,
    registerNext,
  ]) {
    register(schedule, context);
  }
}
