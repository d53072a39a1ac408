import { expect, test } from 'vitest';
import { createChannelLoad } from './channel-load.ts';

test('limits a channel to what it is sent at a time, and says nothing of the others', () => {
  const load = createChannelLoad({ perChannel: 2, channelPauseMs: () => 0 });
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
  const load = createChannelLoad({ perChannel: 4, channelPauseMs: () => 0 });
  load.noteFailure(7);
  expect(load.limits()).toEqual(new Map([[7, 1]]));
  load.begin(7);
  expect(load.limits()).toEqual(new Map([[7, 0]]));
  expect(load.noteSuccess(7)).toBe(true);
  expect(load.noteSuccess(7)).toBe(false);
  expect(load.limits()).toEqual(new Map([[7, 3]]));
});

test('sends a channel nothing between two attempts that fail, for longer each time, until it works or was changed', () => {
  let now = 0;
  const load = createChannelLoad({
    perChannel: 4,
    channelPauseMs: (failures) => failures * 100,
    now: () => now,
  });
  const free = () => load.limits().get(7);
  // These two failed together.
  load.noteFailure(7);
  load.noteFailure(7);
  expect(free()).toBe(0);
  now = 100;
  expect(free()).toBe(1);
  load.noteFailure(7);
  now = 299;
  expect(free()).toBe(0);
  load.noteChange(7);
  expect(free()).toBe(1);
  load.noteFailure(7);
  now = 399;
  expect(free()).toBe(1);
  load.noteSuccess(7);
  load.noteFailure(7);
  now = 499;
  expect(free()).toBe(1);
});
