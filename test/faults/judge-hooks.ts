import type { Evidence, FinalHook, Lifetime } from './evidence.ts';
import { faultHooks } from './hooks.ts';
import type { Violation } from './judge.ts';
import { retriedAfter } from './judge-retries.ts';

/** How far the clock of the database and that of the containers may differ, in milliseconds. */
const clockErrorMs = 50;

/** An execution of a hook, in the round of its run. */
interface Execution {
  runId: number;
  round: number;
  hook: string;
  lifetime: Lifetime;
}

/** Invariant 12, by what happened in the containers, and the rows of the hooks. */
export function hookViolations(evidence: Evidence): Violation[] {
  if (evidence.hooks.length === 0) return [];
  const executions = executionsIn(evidence);
  return [
    ...evidence.hooks.flatMap((row) => judgeHook(row, executions.filter(isOf(row)))),
    ...unplanned(evidence, executions),
    ...evidence.runs.flatMap(({ id, verdict }) => judgeVerdict(evidence, id, verdict)),
    ...overlapsOfHooks(evidence),
  ];
}

const isOf = (row: FinalHook) => (execution: Execution) =>
  execution.runId === row.runId && execution.round === row.round && execution.hook === row.name;

/** The round of an attempt: the last one after which a user had retried the run. */
function roundOf(evidence: Evidence, { runId, fence }: Lifetime): number {
  const own = evidence.attempts.find((each) => each.runId === runId && each.fence === fence);
  const before = retriedAfter(evidence, runId).filter((after) => own !== undefined && after < own.attempt);
  return Math.max(0, ...before);
}

function executionsIn(evidence: Evidence): Execution[] {
  return evidence.lifetimes.flatMap((lifetime) =>
    lifetime.hook === undefined
      ? []
      : [{ runId: lifetime.runId, round: roundOf(evidence, lifetime), hook: lifetime.hook, lifetime }],
  );
}

function judgeHook(row: FinalHook, executions: Execution[]): Violation[] {
  const name = `hook ${row.name} of run ${row.runId} (round ${row.round})`;
  const violations: Violation[] = [];
  const count = executions.length;
  if (!row.repeatable && count > 1) {
    violations.push({ kind: 'doubled', message: `${name} was executed ${count} times` });
  }
  if (count > row.starts) {
    violations.push({
      kind: 'doubled',
      message: `${name} was executed ${count} times, and started ${row.starts} times`,
    });
  }
  const { endedAt } = row;
  const isEnded = row.state === 'passed' || row.state === 'failed' || row.code !== null;
  if (
    isEnded &&
    endedAt !== undefined &&
    executions.some(({ lifetime }) => lifetime.from > endedAt + clockErrorMs)
  ) {
    violations.push({ kind: 'doubled', message: `${name} was executed after its end was recorded` });
  }
  if (row.moment === 'after' && !isEnded) {
    violations.push({ kind: 'lost', message: `${name} is ${row.state} in the end` });
  }
  if (row.state === 'passed' && !executions.some(({ lifetime }) => lifetime.code === 0)) {
    violations.push({ kind: 'false-pass', message: `${name} passed, but never ran to its end` });
  }
  return violations;
}

/** Each round that executed anything has all hooks, and no test was executed before those before the tests had passed. */
function unplanned(evidence: Evidence, executions: Execution[]): Violation[] {
  const rounds = new Map<string, Lifetime[]>();
  for (const lifetime of evidence.lifetimes) {
    const key = `${lifetime.runId} ${roundOf(evidence, lifetime)}`;
    rounds.set(key, [...(rounds.get(key) ?? []), lifetime]);
  }
  return [...rounds].flatMap(([key, lifetimes]): Violation[] => {
    const [runId = 0, round = 0] = key.split(' ').map(Number);
    const rows = evidence.hooks.filter((row) => row.runId === runId && row.round === round);
    const missing = faultHooks.filter(({ name }) => !rows.some((row) => row.name === name));
    const lost = missing.map(
      ({ name }): Violation => ({
        kind: 'lost',
        message: `run ${runId} has no hook ${name} in round ${round}`,
      }),
    );
    const firstTest = lifetimes.find(({ hook }) => hook === undefined);
    const early = faultHooks
      .filter(({ moment }) => moment === 'before' && firstTest !== undefined)
      .filter(({ name }) => {
        const own = executions.filter(
          (each) => each.runId === runId && each.round === round && each.hook === name,
        );
        return !own.some(({ lifetime }) => lifetime.code === 0 && lifetime.to <= (firstTest?.from ?? 0));
      })
      .map(
        ({ name }): Violation => ({
          kind: 'lost',
          message: `run ${runId} was tested in round ${round} before hook ${name} had passed`,
        }),
      );
    return [...lost, ...early];
  });
}

/** A run that passed has hooks that passed. */
function judgeVerdict({ hooks }: Evidence, runId: number, verdict: string | null): Violation[] {
  if (verdict !== 'passed') return [];
  const own = hooks.filter((row) => row.runId === runId);
  const last = Math.max(...own.map(({ round }) => round));
  return own
    .filter(({ round, state }) => round === last && state !== 'passed')
    .map(({ name, state }) => ({
      kind: 'false-pass',
      message: `run ${runId} passed, and its hook ${name} is ${state}`,
    }));
}

/** A hook is never at work beside another process of its environment, also not of its own run. */
function overlapsOfHooks({ lifetimes }: Evidence): Violation[] {
  return lifetimes
    .filter(({ hook }) => hook !== undefined)
    .flatMap((one) =>
      lifetimes
        .filter((other) => other !== one && other.environmentId === one.environmentId)
        .filter((other) => other.from >= one.from && other.from < one.to)
        .map(
          (other): Violation => ({
            kind: 'overlap',
            message: `hook ${one.hook} of run ${one.runId} and ${other.hook ?? other.test ?? 'the generation'} of run ${other.runId} were at work at the same time`,
          }),
        ),
    );
}
