import { Option } from 'commander';
import type { RunOptions } from '../model/run-options.ts';
import { parseWhole } from './cli-context.ts';

/** The options of commands that say how runs treat failed tests. */
export const runOptions = () => [
  new Option(
    '--retry-failed <number>',
    'execute each failed test again, up to so many times; by default as the workers are set',
  ).argParser(parseWhole),
  new Option('--failed-first', 'execute tests first that failed when they were last executed there'),
  new Option(
    '--max-failures <number>',
    'after so many failed tests execute no other one; the rest is skipped',
  ).argParser(parseWhole),
];

export interface GivenRunOptions {
  retryFailed?: number;
  failedFirst?: boolean;
  maxFailures?: number;
}

/** The options of a run; `undefined` when none of them is set. */
export function readRunOptions({
  retryFailed,
  failedFirst,
  maxFailures,
}: GivenRunOptions): RunOptions | undefined {
  if (retryFailed === undefined && failedFirst === undefined && maxFailures === undefined) return undefined;
  return { retryFailed, failedFirst: failedFirst === true, maxFailures };
}
