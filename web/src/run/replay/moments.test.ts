import { describe, expect, it } from 'vitest';
import type { StepView } from '#src/operations/results/run-results.ts';
import { initialTime, momentsOf, parseReplay, pictureAt } from './moments.ts';

const step = (name: string, startedAt: number | undefined, more: Partial<StepView> = {}): StepView => ({
  ...{ name, status: 'passed', startedAt, durationMs: 100, attachments: [], steps: [] },
  ...more,
});
const pictures = [1_000, 2_000, 3_000].map((at) => ({ at, data: String(at) }));
const replay = { startedAt: 0, endedAt: 9_000, pictures, entries: [], leftOut: { pictures: 0, entries: 0 } };

describe('the moments of a replay', () => {
  it('are the leaf steps and what the browser reported, in the order of time', () => {
    const group = step('group', 100, {
      steps: [step('[a] click', 100), step('[b] see', 2_500, { status: 'failed' })],
    });
    const moments = momentsOf(
      [step('without time', undefined), group],
      [
        { at: 1_500, kind: 'request', method: 'GET', url: 'http://shop.test/x', problem: '404' },
        { at: 50, kind: 'page', url: 'http://shop.test/' },
      ],
    );
    expect(moments.map(({ at, kind, label, text, isBad }) => [at, kind, label, text, isBad])).toEqual([
      [50, 'page', 'page', 'http://shop.test/', false],
      [100, 'step', '2', 'click', false],
      [1_500, 'request', '404', 'GET http://shop.test/x', true],
      [2_500, 'step', '3', 'see', true],
    ]);
    expect(initialTime(moments, replay)).toBe(2_600);
    expect(initialTime([], replay)).toBe(3_000);
  });

  it('show the picture that was last at their end', () => {
    expect([0, 1_000, 2_999, 5_000].map((at) => pictureAt(pictures, at))).toEqual([0, 0, 1, 2]);
    expect(pictureAt([], 5)).toBe(-1);
  });

  it.each(['', '{}', '[]', 'null', '{"pictures":[],"entries":1,"startedAt":1}'])(
    'are none of %j',
    (content) => {
      expect(parseReplay(content)).toBeUndefined();
    },
  );
});
