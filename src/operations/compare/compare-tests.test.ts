import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ComparedTest, comparedOutcomes } from '../../store/tables/compared-runs.ts';
import { compareTests, type Difference } from './compare-tests.ts';

const passed = (test: string, durationMs: number): ComparedTest => ({
  ...{ test, suite: undefined, outcome: 'passed', durationMs, cause: undefined },
});
const failed = (test: string, cause: string): ComparedTest => ({
  ...{ test, suite: undefined, outcome: 'failed', durationMs: 1_000, cause },
});
const differencesOf = (a: ComparedTest[], b: ComparedTest[]) =>
  compareTests(a, b).differing.map(({ test, difference }) => [test, difference]);

/** A plan: each test at most once. */
const plan: fc.Arbitrary<ComparedTest[]> = fc.uniqueArray(
  fc.record({
    test: fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWX'),
    suite: fc.constantFrom(undefined, 'S'),
    outcome: fc.constantFrom(...comparedOutcomes, 'passed' as const, 'passed' as const, undefined),
    durationMs: fc.oneof(fc.constant(undefined), fc.integer({ min: 0, max: 300_000 })),
    cause: fc.constantFrom(undefined, 'c1', 'c2'),
  }),
  { selector: ({ test, suite }) => `${suite} ${test}`, maxLength: 48 },
);

const swapped: Partial<Record<Difference, Difference>> = { 'only-a': 'only-b', 'only-b': 'only-a' };

describe('a comparison', () => {
  it('of a run with itself is empty', () => {
    fc.assert(
      fc.property(plan, (tests) => {
        const { common, differing, durations } = compareTests(tests, structuredClone(tests));
        expect([common, differing, durations.aMs]).toEqual([tests.length, [], durations.bMs]);
      }),
    );
  });

  it('with swapped sides has the same differences with swapped sides', () => {
    fc.assert(
      fc.property(plan, plan, (a, b) => {
        const forth = compareTests(a, b);
        const back = compareTests(b, a);
        const order = (one: object, other: object) =>
          JSON.stringify(one).localeCompare(JSON.stringify(other));
        const mirrored = back.differing.map((each) => ({
          ...each,
          ...{ difference: swapped[each.difference] ?? each.difference, a: each.b, b: each.a },
        }));
        expect(mirrored.sort(order)).toEqual(forth.differing.toSorted(order));
        expect([back.common, back.durations.aMs]).toEqual([forth.common, forth.durations.bMs]);
      }),
    );
  });

  it('counts each planned test once', () => {
    fc.assert(
      fc.property(plan, plan, (a, b) => {
        const { common, differing } = compareTests(a, b);
        const only = differing.filter(({ difference }) => difference.startsWith('only')).length;
        expect(2 * common + only).toBe(a.length + b.length);
      }),
    );
  });

  it('finds tests that are on one side, and other outcomes and causes', () => {
    const a = [passed('A', 1_000), failed('B', 'x'), failed('C', 'x'), passed('D', 1_000)];
    const b = [passed('A', 1_100), failed('B', 'x'), failed('C', 'y'), failed('D', 'x'), passed('E', 10)];
    expect(differencesOf(a, b)).toEqual([
      ['C', 'cause'],
      ['D', 'outcome'],
      ['E', 'only-b'],
    ]);
    expect(differencesOf(a, [...b.slice(0, 4), { ...passed('A', 1_000), suite: 'S' }])).toEqual([
      ['C', 'cause'],
      ['D', 'outcome'],
      ['A', 'only-b'],
    ]);
  });

  describe('of durations', () => {
    const names = Array.from({ length: 40 }, (_, index) => `Test${index}`);
    /** Durations from 5 to 83 s with a noise of 10 %, which does not repeat. */
    const night = (pace: number, seed: number) =>
      names.map((name, index) =>
        passed(name, pace * (5_000 + index * 2_000) * (1 + 0.1 * Math.sin(index * 7.3 + seed))),
      );
    const slower = (tests: ComparedTest[], name: string, factor: number) =>
      tests.map((each) =>
        each.test === name ? { ...each, durationMs: (each.durationMs ?? 0) * factor } : each,
      );

    it('ignores noise, and a slow night of all tests', () => {
      expect(differencesOf(night(1, 0), night(1, 1))).toEqual([]);
      expect(differencesOf(night(1, 0), night(2.5, 1))).toEqual([]);
    });

    it('finds a test that is twice as slow or fast as the others', () => {
      expect(differencesOf(night(1, 0), slower(night(1, 1), 'Test7', 2))).toEqual([['Test7', 'duration']]);
      expect(differencesOf(night(1, 0), slower(night(2, 1), 'Test7', 2))).toEqual([['Test7', 'duration']]);
      expect(differencesOf(night(1, 0), slower(night(2, 1), 'Test7', 0.4))).toEqual([['Test7', 'duration']]);
    });

    it('ignores less than two seconds, and the durations of failures', () => {
      expect(differencesOf([passed('A', 400)], [passed('A', 2_300)])).toEqual([]);
      expect(differencesOf([passed('A', 400)], [passed('A', 2_500)])).toEqual([['A', 'duration']]);
      expect(differencesOf([failed('A', 'x')], [{ ...failed('A', 'x'), durationMs: 90_000 }])).toEqual([]);
    });
  });
});
