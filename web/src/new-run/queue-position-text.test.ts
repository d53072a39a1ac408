import { expect, it } from 'vitest';
import { placeWords } from './queue-position-text.ts';

const run = (state: 'queued' | 'running' | 'finished') => ({ state });

it('says where a run stands in the queue', () => {
  expect(placeWords({ position: 1, run: run('queued') })).toBe('is queued and the next there');
  expect(placeWords({ position: 2, run: run('queued') })).toBe('is queued behind 1 other run');
  expect(placeWords({ position: 4, run: run('queued') })).toBe('is queued behind 3 other runs');
  expect(placeWords({ position: null, run: run('running') })).toBe('has started');
  expect(placeWords({ position: null, run: run('finished') })).toBe('is finished');
});
