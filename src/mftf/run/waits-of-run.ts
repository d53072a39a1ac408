import { faults } from '../../faults/fault.ts';
import { durationText } from '../../model/duration.ts';
import type { TimedOutWaits } from '../../model/timed-out-waits.ts';

/** The waits that ran out in a run, with what they cost, the usual reason and what to do; `undefined` without any. */
export function describeWaitsOfRun(waits: readonly TimedOutWaits[]): string | undefined {
  if (waits.length === 0) return undefined;
  const count = waits.reduce((sum, each) => sum + each.count, 0);
  const lostMs = waits.reduce((sum, each) => sum + each.lostMs, 0);
  const counts = `${count} ${count === 1 ? 'wait' : 'waits'} of ${waits.length} ${waits.length === 1 ? 'test' : 'tests'}`;
  const { meaning, remedy } = faults.WAITS_RAN_OUT;
  return `${counts} ran out, ${durationText(lostMs)} lost${describeWorstPage(waits)}. ${meaning} ${remedy}`;
}

/** The page on which most was lost, when several lost something. */
function describeWorstPage(waits: readonly TimedOutWaits[]): string {
  const lost = new Map<string, number>();
  for (const { page, seconds, count } of waits.flatMap(({ pages }) => pages)) {
    if (page !== undefined) lost.set(page, (lost.get(page) ?? 0) + seconds * count);
  }
  const [worst] = [...lost].sort(([, one], [, other]) => other - one);
  if (worst === undefined) return '';
  return lost.size === 1 ? ` on ${worst[0]}` : `, most on ${worst[0]}`;
}
