import { describe, expect, it } from 'vitest';
import type { Fault } from '#src/faults/fault.ts';
import { resolveSelection } from '#src/mftf/catalog/selection.ts';
import { emptySelection } from '#src/model/selection.ts';
import { Problem } from '../api/problem.ts';
import { unknownBy, unknownNames } from './unknown-names.ts';

const test = (name: string) => ({ name, suites: [], groups: ['smoke'], files: [] });
const catalog = {
  tests: new Map(['GuestCheckoutTest', 'GuestCheckoutsTest'].map((name) => [name, test(name)])),
  groups: new Map([['smoke', ['GuestCheckoutTest', 'GuestCheckoutsTest']]]),
  suites: new Map(),
} as unknown as Parameters<typeof resolveSelection>[0];

/** The problem with the message of the real server code, because the page parses it. */
function problemOf(selection: Partial<typeof emptySelection>): Problem {
  try {
    resolveSelection(catalog, { ...emptySelection, ...selection });
  } catch (error) {
    const { code, message } = error as Fault;
    return new Problem(422, { code, detail: message });
  }
  throw new Error('The selection was accepted.');
}

describe('unknown names', () => {
  it('come with the nearest names', () => {
    const problem = problemOf({
      tests: ['GuestCheckoutTst', 'Xyzzy'],
      groups: ['smoky'],
      exclude: ['smok'],
    });
    expect(unknownNames(problem)).toEqual([
      { name: 'GuestCheckoutTst', nearest: ['GuestCheckoutTest', 'GuestCheckoutsTest'] },
      { name: 'Xyzzy', nearest: [] },
      { name: 'smoky', nearest: ['smoke'] },
      { name: 'smok', nearest: ['smoke'] },
    ]);
  });

  it('are none in other messages', () => {
    expect(unknownNames(problemOf({ suites: ['smoke'] }))).toEqual([]);
  });

  it('are none in other errors', () => {
    const { message } = problemOf({ tests: ['Xyzzy'] });
    expect(unknownNames(new Problem(422, { code: 'INPUT_INVALID', detail: message }))).toEqual([]);
    expect(unknownNames(undefined)).toEqual([]);
  });

  it('include either half of a test in a suite', () => {
    const isUnknown = unknownBy(problemOf({ tests: ['Xyzzy'] }));
    expect(['Xyzzy', 'CheckoutSuite:Xyzzy', 'GuestCheckoutTest'].map(isUnknown)).toEqual([true, true, false]);
  });
});
