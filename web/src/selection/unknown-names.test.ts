import { describe, expect, it } from 'vitest';
import { resolveSelection } from '../../../src/mftf/catalog/selection.ts';
import { emptySelection } from '../../../src/model/selection.ts';
import { unknownNames } from './unknown-names.ts';

const test = (name: string) => ({ name, suites: [], groups: ['smoke'], files: [] });
const catalog = {
  tests: new Map(['GuestCheckoutTest', 'GuestCheckoutsTest'].map((name) => [name, test(name)])),
  groups: new Map([['smoke', ['GuestCheckoutTest', 'GuestCheckoutsTest']]]),
  suites: new Map(),
} as unknown as Parameters<typeof resolveSelection>[0];

/** The message of the real server code, because the page parses it. */
function mftfErrorOf(selection: Partial<typeof emptySelection>): string {
  try {
    resolveSelection(catalog, { ...emptySelection, ...selection });
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('The selection was accepted.');
}

describe('unknown names', () => {
  it('come with the nearest names', () => {
    const message = mftfErrorOf({
      tests: ['GuestCheckoutTst', 'Xyzzy'],
      groups: ['smoky'],
      exclude: ['smok'],
    });
    expect(unknownNames(message)).toEqual([
      { name: 'GuestCheckoutTst', nearest: ['GuestCheckoutTest', 'GuestCheckoutsTest'] },
      { name: 'Xyzzy', nearest: [] },
      { name: 'smoky', nearest: ['smoke'] },
      { name: 'smok', nearest: ['smoke'] },
    ]);
  });

  it('are none in other messages', () => {
    expect(unknownNames(mftfErrorOf({ suites: ['smoke'] }))).toEqual([]);
  });
});
