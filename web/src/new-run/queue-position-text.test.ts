import { expect, it } from 'vitest';
import { queuePositionText } from './queue-position-text.ts';

const run = (state: 'queued' | 'running' | 'finished') => ({ state });

it('describes the queue position of a run', () => {
  expect(queuePositionText({ position: 1, run: run('queued') })).toBe('is next in the queue');
  expect(queuePositionText({ position: 2, run: run('queued') })).toBe('is queued behind 1 run');
  expect(queuePositionText({ position: 4, run: run('queued') })).toBe('is queued behind 3 runs');
  expect(queuePositionText({ position: null, run: run('running') })).toBe('has started');
  expect(queuePositionText({ position: null, run: run('finished') })).toBe('is finished');
});
