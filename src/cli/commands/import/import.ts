import type { Command } from 'commander';
import type { CliContext } from '../../cli-context.ts';
import { registerPhpMatre } from './php-matre.ts';
import { registerResults } from './results.ts';

export function registerImport(command: Command, context: CliContext): void {
  registerPhpMatre(command, context);
  registerResults(command, context);
}
