import { expect, test } from 'vitest';
import { createChannelLoad } from './channel-load.ts';

test('limits a channel to what it is sent at a time, and says nothing of the others', () => {
  const load = createChannelLoad(2);
  expect(load.limits()).toEqual(new Map());
  load.begin(1);
  expect(load.limits()).toEqual(new Map([[1, 1]]));
  load.begin(1);
  expect(load.limits()).toEqual(new Map([[1, 0]]));
  load.end(1);
  load.end(1);
  expect(load.limits()).toEqual(new Map());
});

test('tries a channel that failed with one message at a time until it works', () => {
  const load = createChannelLoad(4);
  load.noteFailure(7);
  expect(load.limits()).toEqual(new Map([[7, 1]]));
  load.begin(7);
  expect(load.limits()).toEqual(new Map([[7, 0]]));
  expect(load.noteSuccess(7)).toBe(true);
  expect(load.noteSuccess(7)).toBe(false);
  expect(load.limits()).toEqual(new Map([[7, 3]]));
});
