import { Option } from 'commander';
import type { RunOptions } from '../model/run-options.ts';
import { parseWhole } from './cli-context.ts';

/** The options of commands that say how runs treat failed tests. */
export const runOptions = () => [
  new Option(
    '--retry-failed <number>',
    'retry each failed test up to this many times; by default the setting of the workers',
  ).argParser(parseWhole),
  new Option('--failed-first', 'first execute the tests that failed last on the environment'),
  new Option(
    '--max-failures <number>',
    'start no other test after this many have failed; the rest is skipped',
  ).argParser(parseWhole),
];

/** What is tested; `negatable` where another value may be set already. */
export const refOptions = ({ negatable = false } = {}) => [
  new Option(
    '--ref <ref>',
    'branch, tag or commit of the first test module (abbreviated to 7 digits or more); by default its branch',
  ),
  ...(negatable ? [new Option('--no-ref', 'test the branch of the test module')] : []),
];

/** The ref of the options; null for --no-ref. */
export const readRef = ({ ref }: { ref?: string | false }) => (ref === false ? null : ref);

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
