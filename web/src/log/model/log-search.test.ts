import { describe, expect, it } from 'vitest';
import { createLogModel } from './log-model.ts';
import { containing, createLogSearch, findMatches, neighbour } from './log-search.ts';

describe('findIn', () => {
  it('finds all matches, case-sensitive only for a text with capitals', () => {
    expect(findMatches('Click the click', 'click')).toEqual([
      [0, 5],
      [10, 15],
    ]);
    expect(findMatches('Click the click', 'Click')).toEqual([[0, 5]]);
    expect(findMatches('aaa', 'aa')).toEqual([[0, 2]]);
    expect(findMatches('a', '')).toEqual([]);
  });
});

describe('createLogSearch', () => {
  it('finds lines in the current log and in later lines, each once', () => {
    const log = createLogModel();
    log.append('one\nerror\nthree\n');
    const search = createLogSearch(log, log.text, containing('error'));
    expect(search.step(1_000, false)).toBe(true);
    log.append('an err');
    expect(search.step(1_000, false)).toBe(true);
    expect(search.lines).toEqual([2]);
    log.append('or\n');
    search.step(1_000, false);
    expect(search.lines).toEqual([2, 4]);
  });

  it('searches an incomplete last line when the log is complete', () => {
    const log = createLogModel();
    log.append('error');
    const search = createLogSearch(log, log.text, containing('error'));
    search.step(1_000, true);
    expect(search.lines).toEqual([1]);
  });

  it('stops when its time is up, and continues from there', () => {
    const log = createLogModel();
    log.append('error\n'.repeat(2_000));
    const search = createLogSearch(log, log.text, containing('error'));
    expect(search.step(0, false)).toBe(false);
    expect(search.lines).toHaveLength(500);
    while (!search.step(0, false));
    expect(search.lines).toHaveLength(2_000);
  });

  it('ignores colours', () => {
    const log = createLogModel();
    log.append('\u001b[31mERR\u001b[1mOR\u001b[0m\n');
    const search = createLogSearch(log, log.text, containing('error'));
    search.step(1_000, false);
    expect(search.lines).toEqual([1]);
  });
});

describe('neighbour', () => {
  it('wraps around at the ends', () => {
    const lines = [3, 7, 9];
    expect(neighbour(lines, undefined, 1)).toBe(0);
    expect(neighbour(lines, 3, 1)).toBe(1);
    expect(neighbour(lines, 9, 1)).toBe(0);
    expect(neighbour(lines, 3, -1)).toBe(2);
    expect(neighbour(lines, 8, -1)).toBe(1);
    expect(neighbour([], 8, 1)).toBeUndefined();
  });
});
