import { describe, expect, it } from 'vitest';
import { ago, clean, cleanLines, span, standing, tally } from './format.ts';

describe('what is said on a terminal', () => {
  it.each([
    [0, '0 s'],
    [-5, '0 s'],
    [59_400, '59 s'],
    [59_600, '1 min'],
    [185_000, '3 min 5 s'],
    [3_600_000, '1 h'],
    [7_800_000, '2 h 10 min'],
    [90_000_000, '1 d 1 h'],
  ])('%d ms are %s', (milliseconds, text) => {
    expect(span(milliseconds)).toBe(text);
  });

  it('says how long ago something was', () => {
    expect(ago('2024-05-01T10:00:00.000Z', new Date('2024-05-01T10:00:42.000Z'))).toBe('42 s ago');
  });

  it('takes out what could move a cursor, change colours or turn the direction of writing', () => {
    expect(clean('a\u001b[2J\nb\u202Ec\u0007')).toBe('a [2J b c');
  });

  it('leaves lines and colours to the output of tests', () => {
    expect(cleanLines('\u001b[31mred\u001b[0m\r\n\tb\u001b]0;title\u0007\u001b[2J')).toBe(
      '\u001b[31mred\u001b[0m\n\tb]0;title[2J',
    );
  });

  it('gives the one word that matters of a run', () => {
    const run = { state: 'running', phase: 'testing', verdict: null, cancelRequested: false } as const;
    expect(standing(run)).toBe('testing');
    expect(standing({ ...run, cancelRequested: true })).toBe('cancelling');
    expect(standing({ ...run, state: 'finished', phase: null, verdict: 'broken' })).toBe('broken');
    expect(standing({ ...run, state: 'queued', phase: null })).toBe('queued');
  });

  it('counts what is done, and names what is not well', () => {
    expect(tally({ planned: 0, passed: 0, failed: 0, broken: 0, skipped: 0 })).toBe('-');
    expect(tally({ planned: 12, passed: 4, failed: 1, broken: 2, skipped: 0 })).toBe(
      '7/12, 1 failed, 2 broken',
    );
  });
});
