import { z } from 'zod';
import { areNoRunOptions, noRunOptions, type RunOptions } from '../../model/run-options.ts';

const stored = z.object({
  retryFailed: z.number().optional(),
  failedFirst: z.boolean().default(false),
  maxFailures: z.number().optional(),
});

/** The options in a column; null there requests nothing. */
export function toRunOptions(column: unknown): RunOptions {
  if (column === null || column === undefined) return noRunOptions;
  return stored.parse(column);
}

/** The JSON of a column with options; null when they request nothing. */
export function ofRunOptions(options: RunOptions | undefined): string | null {
  return options === undefined || areNoRunOptions(options) ? null : JSON.stringify(options);
}
