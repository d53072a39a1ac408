import { describe, expect, it } from 'vitest';
import type { Evidence, FinalHook, Lifetime } from './evidence.ts';
import { faultHooks } from './hooks.ts';
import { hookViolations } from './judge-hooks.ts';

/** A run whose worker was lost in the first hook that may be repeated; another one continued it. */
function correctEvidence(): Evidence {
  const lifetime = { environmentId: 7, runId: 1, fence: 2, test: undefined, code: 0 };
  const attempt = { runId: 1, pid: 1, reason: null, endedAt: 900 };
  return {
    acknowledged: [1],
    retries: [],
    retryEvents: [],
    reservations: [],
    injections: [],
    stalls: [],
    absences: [],
    lifetimes: [
      { ...lifetime, hook: 'before-once', fence: 1, from: 100, to: 200 },
      { ...lifetime, hook: 'before-again', fence: 1, from: 210, to: 250, code: undefined },
      { ...lifetime, hook: 'before-again', from: 400, to: 500 },
      { ...lifetime, test: 'A', from: 520, to: 600 },
      { ...lifetime, hook: 'after-once', from: 620, to: 700 },
      { ...lifetime, hook: 'after-again', from: 720, to: 800 },
    ],
    runs: [
      {
        ...{ id: 1, environmentId: 7, state: 'finished', verdict: 'passed', reason: null },
        ...{ finishedAt: 900, retryFailed: 0, reservationId: undefined },
      },
    ],
    attempts: [
      { ...attempt, attempt: 1, fence: 1, outcome: 'lost' },
      { ...attempt, attempt: 2, fence: 2, outcome: 'finished' },
    ],
    results: [],
    planned: [],
    decisions: [],
    hooks: faultHooks.map(({ name, moment, repeatable }, index) => ({
      ...{ runId: 1, round: 0, name, moment, repeatable, state: 'passed', code: null },
      starts: name === 'before-again' ? 2 : 1,
      endedAt: [210, 510, 710, 810][index],
    })),
  };
}

const change = <T>(list: T[], index: number, changes: Partial<T>) =>
  void Object.assign(list[index] as object, changes);
const lifetime = (evidence: Evidence, index: number, changes: Partial<Lifetime>) =>
  change(evidence.lifetimes, index, changes);
const hook = (evidence: Evidence, index: number, changes: Partial<FinalHook>) =>
  change(evidence.hooks, index, changes);

describe('the judge of hooks', () => {
  it('reports no violation for correct evidence, and none without hooks', () => {
    expect(hookViolations(correctEvidence())).toEqual([]);
    expect(hookViolations({ ...correctEvidence(), hooks: [] })).toEqual([]);
  });

  it.each<[string, string, (evidence: Evidence) => void]>([
    ['one that may not be repeated and was', 'doubled', (each) => hook(each, 1, { repeatable: false })],
    ['more executions than starts', 'doubled', (each) => hook(each, 1, { starts: 1 })],
    ['an execution after its recorded end', 'doubled', (each) => hook(each, 1, { endedAt: 300 })],
    ['one after the tests that is left', 'lost', (each) => hook(each, 3, { state: 'waiting' })],
    ['one that is missing', 'lost', (each) => each.hooks.pop()],
    ['a test before the hooks before it', 'lost', (each) => lifetime(each, 3, { from: 390, to: 395 })],
    ['one that passed without its end', 'false-pass', (each) => lifetime(each, 4, { code: undefined })],
    ['a run that passed with one that failed', 'false-pass', (each) => hook(each, 2, { state: 'failed' })],
    ['two at the same time', 'overlap', (each) => lifetime(each, 4, { to: 730 })],
    ['one beside a test', 'overlap', (each) => lifetime(each, 2, { to: 530 })],
  ])('reports %s', (_, kind, damage) => {
    const evidence = correctEvidence();
    evidence.lifetimes.sort((one, other) => one.from - other.from);
    damage(evidence);
    evidence.lifetimes.sort((one, other) => one.from - other.from);
    expect(hookViolations(evidence).map((violation) => violation.kind)).toContain(kind);
  });
});
