import { describe, expect, it } from 'vitest';
import { changeOfDuration, messageOf, notesOf } from './difference-text.ts';

const side = { run: 1, outcome: 'failed' as const, durationMs: 1_000, cause: 'a' };
const row = { test: 'T', suite: null, environment: 'us', difference: 'outcome' as const, a: side, b: side };
const note = {
  ...{ cause: 'b', kind: 'test' as const, note: 'waits', link: null, owner: 'Ada', revision: 1 },
  ...{ updatedBy: 'Ada', updatedAt: '2026-11-28T10:00:00Z' },
};
const causes = new Map([
  ['a', { cause: 'a', message: 'No element #cart', note: null }],
  ['b', { cause: 'b', message: 'No element #total', note }],
]);

describe('the text of a difference', () => {
  it('has the message of the failure in B, else of that in A', () => {
    expect(messageOf({ ...row, b: { ...side, cause: 'b' } }, causes)).toBe('No element #total');
    expect(messageOf({ ...row, b: { ...side, outcome: 'passed', cause: null } }, causes)).toBe(
      'No element #cart',
    );
    expect(messageOf({ ...row, a: null, b: null }, causes)).toBe('');
  });

  it('has both messages where the causes differ', () => {
    expect(messageOf({ ...row, difference: 'cause', b: { ...side, cause: 'b' } }, causes)).toBe(
      'No element #cart → No element #total',
    );
  });

  it('has what is known about the causes, each once', () => {
    const b = { ...side, cause: 'b' };
    expect(notesOf({ ...row, b }, causes)).toEqual([note]);
    expect(notesOf({ ...row, a: b, b }, causes)).toEqual([note]);
    expect(notesOf({ ...row, b: null }, causes)).toEqual([]);
  });

  it('has the change of a duration in percent', () => {
    const timed = { ...row, difference: 'duration' as const };
    expect(changeOfDuration({ ...timed, b: { ...side, durationMs: 2_800 } })).toBe('+180 %');
    expect(changeOfDuration({ ...timed, b: { ...side, durationMs: 400 } })).toBe('−60 %');
    expect(changeOfDuration({ ...timed, a: { ...side, durationMs: 0 } })).toBeUndefined();
    expect(changeOfDuration(row)).toBeUndefined();
  });
});
