import { expect, it } from 'vitest';
import { sentenceOf } from './verdict-sentence.ts';

const counts = { planned: 600, passed: 600, failed: 0, broken: 0, skipped: 0, flaky: 0, quarantined: 0 };
const none = { new: 0, known: 0, fixed: 0, flaky: 0, slower: 0, broken: 0, other: 0 };
const say = (...input: Parameters<typeof sentenceOf>) =>
  sentenceOf(...input)
    .map(({ text }) => text)
    .join(', ');

it('says what changed first, and leaves zeros out', () => {
  const classes = { ...none, new: 3, fixed: 1, known: 12, flaky: 4, slower: 2 };
  expect(say({ verdict: 'failed', counts, classes })).toBe(
    '3 new failures, 1 fixed, 12 known, 4 flaky, 2 slower',
  );
  expect(say({ verdict: 'failed', counts, classes: { ...none, new: 1, broken: 2, other: 3 } })).toBe(
    '1 new failure, 3 other failures, 2 broken',
  );
});

it('names the environments that are broken, unless they are many', () => {
  const classes = { ...none, broken: 600 };
  const runs = ['us', 'es', 'fr'].map((environment) => ({ environment, verdict: 'broken' as const }));
  const passed = { environment: 'de', verdict: 'passed' as const };
  expect(say({ verdict: 'broken', counts, classes, runs: [passed, ...runs.slice(0, 2)] })).toBe(
    '600 broken (us, es)',
  );
  expect(say({ verdict: 'broken', counts, classes, runs })).toBe('600 broken');
});

it('says that everything passed, or why there is nothing to compare', () => {
  expect(say({ verdict: 'passed', counts, classes: none })).toBe('everything passed');
  expect(say({ verdict: 'cancelled', counts, classes: none })).toBe('cancelled');
  expect(say({ verdict: 'broken', counts: { ...counts, passed: 0 }, classes: none })).toBe(
    'no test was executed',
  );
});

it('counts the results of a submission that is not finished, not compared, or without earlier results', () => {
  const some = { ...counts, passed: 40, failed: 2, broken: 1 };
  expect(say({ verdict: null, counts: some, classes: null })).toBe('43 of 600 results, 2 failed, 1 broken');
  expect(say({ verdict: null, counts: { ...some, planned: 0 }, classes: null })).toBe('not started yet');
  expect(say({ verdict: 'failed', counts: some, classes: null })).toBe('2 failed, 1 broken');
  expect(say({ verdict: 'failed', counts: some, classes: none })).toBe('2 failed, 1 broken');
  expect(say({ verdict: 'passed', counts, classes: null })).toBe('everything passed');
});
