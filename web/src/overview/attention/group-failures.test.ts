import { describe, expect, it } from 'vitest';
import type { LaneView } from '#src/operations/overview/overview-view.ts';
import { groupFailures } from './group-failures.ts';

let id = 0;
const lane = (
  code: string,
  verdict: 'passed' | 'failed' | 'broken',
  { cause, reason, newFailures = 0 }: { cause?: string; reason?: string; newFailures?: number } = {},
) => {
  id += 1;
  const failure = cause === undefined ? null : { cause, test: 'T', message: null, tests: 1, newFailures };
  return {
    code,
    latest: {
      ...{ id, verdict, failure, reason: reason ? { code: reason, message: '' } : null },
      finishedAt: new Date(1_700_000_000_000 + id).toISOString(),
    },
  } as LaneView;
};
const codes = (lanes: LaneView[]) =>
  groupFailures(lanes).map(({ members }) => members.map((member) => member.lane.code));

describe('the failing environments', () => {
  it('are grouped by cause, the newest run of each first, without those that passed', () => {
    const lanes = [
      lane('a', 'failed', { cause: 'x' }),
      lane('b', 'passed'),
      lane('c', 'failed', { cause: 'y' }),
      lane('d', 'failed', { cause: 'x' }),
      lane('e', 'broken', { reason: 'SHOP_AWAY', cause: 'z' }),
      lane('f', 'broken', { reason: 'SHOP_AWAY' }),
      lane('g', 'broken', { reason: 'SHOP_AWAY' }),
    ];
    expect(codes(lanes)).toEqual([['g', 'f', 'e'], ['d', 'a'], ['c']]);
  });

  it('start with new failures, and keep failures without a message apart', () => {
    const lanes = [
      lane('a', 'failed', { cause: '' }),
      lane('b', 'failed', { cause: '' }),
      lane('c', 'failed', { cause: 'x', newFailures: 1 }),
    ];
    expect(codes(lanes)).toEqual([['c'], ['b'], ['a']]);
  });
});
