import { describe, expect, it } from 'vitest';
import { changeOfDuration, messageOf } from './difference-text.ts';

const side = { run: 1, outcome: 'failed' as const, durationMs: 1_000, cause: 'a' };
const row = { test: 'T', suite: null, environment: 'us', difference: 'outcome' as const, a: side, b: side };
const messages = new Map([
  ['a', 'No element #cart'],
  ['b', 'No element #total'],
]);

describe('the text of a difference', () => {
  it('has the message of the failure in B, else of that in A', () => {
    expect(messageOf({ ...row, b: { ...side, cause: 'b' } }, messages)).toBe('No element #total');
    expect(messageOf({ ...row, b: { ...side, outcome: 'passed', cause: null } }, messages)).toBe(
      'No element #cart',
    );
    expect(messageOf({ ...row, a: null, b: null }, messages)).toBe('');
  });

  it('has both messages where the causes differ', () => {
    expect(messageOf({ ...row, difference: 'cause', b: { ...side, cause: 'b' } }, messages)).toBe(
      'No element #cart → No element #total',
    );
  });

  it('has the change of a duration in percent', () => {
    const timed = { ...row, difference: 'duration' as const };
    expect(changeOfDuration({ ...timed, b: { ...side, durationMs: 2_800 } })).toBe('+180 %');
    expect(changeOfDuration({ ...timed, b: { ...side, durationMs: 400 } })).toBe('−60 %');
    expect(changeOfDuration({ ...timed, a: { ...side, durationMs: 0 } })).toBeUndefined();
    expect(changeOfDuration(row)).toBeUndefined();
  });
});
