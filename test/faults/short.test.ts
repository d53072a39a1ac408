import { expect, test } from 'vitest';
import { playRound } from './round.ts';

/**
 * The short form of `make faults`. How fast things happen is not judged here: the machine may be busy with other tests.
 */
test('invariants 1 to 5 and 9: hold under random faults of many kinds', { timeout: 600_000 }, async () => {
  const { evidence, violations } = await playRound({
    seed: 7,
    faults: 20,
    forMs: 35_000,
    settleMs: 300_000,
    engine: process.env['MATRE_TEST_SKIP_DOCKER'] ? 'sandbox' : 'docker',
    processes: 3,
    slots: 2,
    environments: 6,
    say: () => {},
  });
  expect(violations.filter(({ kind }) => kind !== 'outlived' && kind !== 'harness')).toEqual([]);
  expect(new Set(evidence.injections.map(({ kind }) => kind)).size).toBeGreaterThanOrEqual(12);
  expect(evidence.runs.filter(({ verdict }) => verdict === 'passed').length).toBeGreaterThan(0);
});
