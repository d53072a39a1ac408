import type { Command } from 'commander';
import type { CliContext } from '../../cli-context.ts';
import { registerAdd } from './add.ts';
import { registerEdit } from './edit.ts';
import { registerImport } from './import.ts';
import { registerList } from './list.ts';
import { registerPause } from './pause.ts';
import { registerRemove } from './remove.ts';
import { registerResume } from './resume.ts';
import { registerSet } from './set.ts';
import { registerShow } from './show.ts';
import { registerUnset } from './unset.ts';

export function registerEnv(env: Command, context: CliContext): void {
  for (const register of [
    registerAdd,
    registerList,
    registerShow,
    registerEdit,
    registerImport,
    registerPause,
    registerResume,
    registerRemove,
    registerSet,
    registerUnset,
  ]) {
    register(env, context);
  }
}
