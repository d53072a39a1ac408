import { describe, expect, it } from 'vitest';
import { wholeCharacters } from './run-record.ts';

describe('a piece of a log', () => {
  it('ends before a character that is not whole, and only before such a one', () => {
    const text = Buffer.from('a€😀b');
    const pieces = [...Array(text.length + 1).keys()].map(
      (end) => wholeCharacters(text.subarray(0, end)).length,
    );
    expect(pieces).toEqual([0, 1, 1, 1, 4, 4, 4, 4, 8, 9]);
  });

  it('is not changed when it is no UTF-8', () => {
    expect(wholeCharacters(Buffer.from([0x80, 0x80, 0x80, 0x80])).length).toBe(4);
    expect(wholeCharacters(Buffer.from([0xff, 0x41])).length).toBe(2);
  });
});
