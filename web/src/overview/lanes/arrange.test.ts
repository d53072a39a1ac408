import { expect, it } from 'vitest';
import type { LaneView, QueuedView } from '#src/operations/overview/overview-view.ts';
import { arrange } from './arrange.ts';

const lanes = (count: number) =>
  Array.from({ length: count }, (_, index) => {
    const number = count - index;
    const running = number === 12 ? { id: 7 } : null;
    return { code: `e${number}`, running, queued: number === 9 || number === 8 ? 1 : 0 } as LaneView;
  });
const queue = [{ environment: 'e9' }, { environment: 'e8' }, { environment: 'e9' }] as QueuedView[];
const codes = (count: number) =>
  arrange(lanes(count), queue)
    .slice(0, 4)
    .map(({ code }) => code);

it('sorts lanes by name, or the busy ones first when there are too many', () => {
  expect(codes(30)).toEqual(['e1', 'e2', 'e3', 'e4']);
  expect(codes(31)).toEqual(['e12', 'e9', 'e8', 'e1']);
});
