import { capture } from '../../engine/read-all.ts';
import type { PlannedTest } from '../../model/selection.ts';
import type { RunContainer } from './snapshot-archive.ts';

/**
 * What MFTF wrote into its log as errors of the latest generation, without time and source. It says on its output only how many
 * tests it could not generate (measured with 3.8). `prepare` empties the log.
 */
export async function readMftfErrors({ engine, containerId, layout }: RunContainer): Promise<string[]> {
  const lastErrors = 'sed -n "/ERROR: /p" "$1" | tail -n 500';
  const argv = ['sh', '-c', lastErrors, 'sh', `${layout.acceptance}/mftf.log`];
  const { stdout } = await capture(engine, containerId, argv);
  return stdout
    .split('\n')
    .map((line) => line.replace(/^.*?ERROR: (?:Line \d+: )?/, '').replace(/(?: \[\])+$/, ''))
    .filter((line) => line !== '');
}

/**
 * What MFTF says of one test that it did not generate, or of its suite; `undefined` when it names neither. Of several lines
 * about the same thing the longest says most: each adds what it knows to the one before.
 */
export function mftfErrorOf({ name, suite }: PlannedTest, mftfErrors: string[]): string | undefined {
  const of = (subject: string) => {
    const word = new RegExp(`\\b${subject}\\b`);
    const matching = mftfErrors.filter((line) => word.test(line) && !summaryLine.test(line));
    return matching.sort((a, b) => b.length - a.length)[0];
  };
  const output = of(name) ?? (suite === undefined ? undefined : of(suite));
  return output?.slice(0, 1_000);
}

/** What follows every complaint and says nothing. */
const summaryLine = /^(?:Failed to generate|Removed invalid test object) \S+$/;
