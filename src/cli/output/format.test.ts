import { describe, expect, it } from 'vitest';
import { ago, clean, cleanLines, statusText, tally } from './format.ts';

describe('text on a terminal', () => {
  it('shows how long ago a time was', () => {
    expect(ago('2024-05-01T10:00:00.000Z', new Date('2024-05-01T10:00:42.000Z'))).toBe('42 s ago');
  });

  it('removes characters that could move the cursor, change colours or the direction of text', () => {
    expect(clean('a\u001b[2J\nb\u202Ec\u0007')).toBe('a [2J b c');
  });

  it('keeps lines and colours in the output of tests', () => {
    expect(cleanLines('\u001b[31mred\u001b[0m\r\n\tb\u001b]0;title\u0007\u001b[2J')).toBe(
      '\u001b[31mred\u001b[0m\n\tb]0;title[2J',
    );
  });

  it('shows the verdict of a run, else its phase or state', () => {
    const run = { state: 'running', phase: 'testing', verdict: null, cancelRequested: false } as const;
    expect(statusText(run)).toBe('testing');
    expect(statusText({ ...run, cancelRequested: true })).toBe('cancelling');
    expect(statusText({ ...run, state: 'finished', phase: null, verdict: 'broken' })).toBe('broken');
    expect(statusText({ ...run, state: 'queued', phase: null })).toBe('queued');
  });

  it('counts the tests that are done and those that did not pass', () => {
    expect(tally({ planned: 0, passed: 0, failed: 0, broken: 0, skipped: 0, flaky: 0, quarantined: 0 })).toBe(
      '-',
    );
    expect(
      tally({ planned: 12, passed: 4, failed: 1, broken: 2, skipped: 0, flaky: 0, quarantined: 0 }),
    ).toBe('7/12, 1 failed, 2 broken');
  });
});
