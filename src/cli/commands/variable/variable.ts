import type { Command } from 'commander';
import type { CliContext } from '../../cli-context.ts';
import { registerCompare } from './compare.ts';
import { registerDescribe } from './describe.ts';
import { registerExport } from './export.ts';
import { registerImport } from './import.ts';
import { registerList } from './list.ts';
import { registerRotate } from './rotate.ts';
import { registerShow } from './show.ts';
import { registerUsage } from './usage.ts';

export function registerVariable(variable: Command, context: CliContext): void {
  for (const register of [
    registerList,
    registerShow,
    registerDescribe,
    registerImport,
    registerExport,
    registerRotate,
    registerUsage,
    registerCompare,
  ]) {
    register(variable, context);
  }
}
