import type { Command } from 'commander';
import type { CliContext } from '../../cli-context.ts';
import { registerList } from './list.ts';
import { registerReset, registerSet, registerShow } from './one.ts';
import { registerPreview } from './preview.ts';

export function registerTemplate(template: Command, context: CliContext): void {
  for (const register of [registerList, registerShow, registerSet, registerReset, registerPreview]) {
    register(template, context);
  }
}
