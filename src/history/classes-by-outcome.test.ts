import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classesByOutcome, type Outcome } from './classes-by-outcome.ts';

const day = 24 * 3_600_000;

/** Outcomes of nights: `.` passed, `~` failed and then passed, and a letter for the cause of a failure. */
function nights(text: string, { gap = 1 } = {}) {
  return [...text].map(
    (letter, index): Outcome => ({
      at: new Date(index * gap * day),
      commit: 'a',
      shopVersion: undefined,
      outcome: letter === '.' || letter === '~' ? 'passed' : 'failed',
      flaky: letter === '~',
      cause: letter === '.' || letter === '~' ? undefined : letter,
    }),
  );
}

/** The classes of the last of some nights. */
function last(outcomes: readonly Outcome[]): string {
  return classesByOutcome(outcomes.at(-1) as Outcome, outcomes.slice(0, -1)).join(' ');
}

describe('the classes of an outcome', () => {
  it.each([
    ['.', ''],
    ['x', ''],
    ['.x', 'new'],
    ['x.', 'fixed'],
    ['xx', 'known'],
    ['xy', ''],
    ['~', 'flaky'],
    ['x~', 'fixed flaky'],
  ])('are after %j: %j', (text, classes) => {
    expect(last(nights(text))).toBe(classes);
  });

  it('are flaky after two changes on one commit of the tests and one version of the shop', () => {
    expect(last(nights('.x.'))).toBe('fixed flaky');
    expect(last(nights('.~.'))).toBe('flaky');
    expect(last(nights('.x.').map((each) => ({ ...each, commit: undefined })))).toBe('fixed');
    const [first, second, third] = nights('.x.') as [Outcome, Outcome, Outcome];
    expect(last([first, { ...second, commit: 'b' }, third])).toBe('fixed');
    expect(last([first, { ...second, shopVersion: '2.4.7' }, third])).toBe('fixed');
    // The commit between is another one; on the first commit the outcome changed twice.
    const apart = nights('.xx.') as [Outcome, Outcome, Outcome, Outcome];
    apart[1].commit = 'b';
    expect(last(apart)).toBe('fixed flaky');
  });

  it('are not flaky for changes of more than 14 days ago', () => {
    expect(last(nights('.x.............'))).toBe('flaky');
    expect(last(nights('.x..............'))).toBe('');
  });

  it('say new or fixed exactly when the last outcome was the other one', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('.', '~', 'x', 'y'), minLength: 2 }), (text) => {
        const passes = [...text].map((letter) => letter === '.' || letter === '~');
        const [before, now] = passes.slice(-2);
        const classes = last(nights(text, { gap: 3 })).split(' ');
        expect(classes.includes('new')).toBe(before === true && now === false);
        expect(classes.includes('fixed')).toBe(before === false && now === true);
        expect(classes.includes('known')).toBe(now === false && text.slice(0, -1).includes(text.slice(-1)));
      }),
    );
  });
});
