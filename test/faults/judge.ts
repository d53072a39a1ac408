import type { Evidence, FinalResult, Life } from './evidence.ts';

/** Something that must never happen, and how often it did. */
export interface Violation {
  kind:
    | 'lost'
    | 'overlap'
    | 'doubled'
    | 'order'
    | 'late-writer'
    | 'outlived'
    | 'failed'
    | 'false-pass'
    | 'harness';
  what: string;
}

export interface Limits {
  /** How long test processes may outlive a worker that died. */
  deadMs: number;
  /** And one that hangs. */
  hungMs: number;
}

/** Of a test with such a result nobody knows how it ended: it is executed again. */
const isOpen = ({ reason }: FinalResult) => reason === 'WORKER_LOST';

/** Reads the evidence and nothing else: it asks no worker how it went. */
export function judge(evidence: Evidence, limits: Limits): Violation[] {
  const { lives } = evidence;
  const environments = [...new Set(lives.map(({ environmentId }) => environmentId))];
  const byEnvironment = environments.map((id) => lives.filter((life) => life.environmentId === id));
  return [
    ...lost(evidence),
    ...byEnvironment.flatMap(overlaps),
    ...byEnvironment.flatMap(outOfOrder),
    ...byEnvironment.flatMap(lateWriters),
    ...doubled(evidence),
    ...outlived(evidence, limits),
    ...failed(evidence),
    ...falsePasses(evidence),
  ];
}

/** Invariant 3. */
function lost({ acknowledged, runs }: Evidence): Violation[] {
  const known = new Map(runs.map((run) => [run.id, run]));
  const missing = acknowledged
    .filter((id) => !known.has(id))
    .map((id): Violation => ({ kind: 'lost', what: `run ${id} was acknowledged and is not there` }));
  const open = runs
    .filter(({ state, verdict }) => state !== 'finished' || verdict === null)
    .map(({ id, state }): Violation => ({ kind: 'lost', what: `run ${id} is ${state} in the end` }));
  return [...missing, ...open];
}

/** Invariant 1, and 6: nothing of an older run is left when one starts. */
function overlaps(lives: Life[]): Violation[] {
  return lives.flatMap((one, index) =>
    lives
      .slice(index + 1)
      .filter((other) => tokenOf(other) !== tokenOf(one) && other.from < one.to)
      .map((other): Violation => {
        const ms = Math.round(Math.min(one.to, other.to) - other.from);
        return {
          kind: 'overlap',
          what: `${say(one)} and ${say(other)} ran at the same time for ${ms} ms or more`,
        };
      }),
  );
}

/** Invariant 2. */
function outOfOrder(lives: Life[]): Violation[] {
  const runs = [...new Set(lives.map(({ runId }) => runId))];
  return runs.flatMap((run, index) => {
    const before = runs[index - 1];
    if (before === undefined || before < run) return [];
    return [
      {
        kind: 'order',
        what: `run ${run} first did something after run ${before}, which was submitted later`,
      },
    ];
  });
}

/** Invariant 5, as the containers see it: who has an older fence starts nothing more. */
function lateWriters(lives: Life[]): Violation[] {
  return lives.flatMap((life, index) => {
    const newer = lives.slice(0, index).find(({ fence }) => fence > life.fence);
    return newer ? [{ kind: 'late-writer', what: `${say(life)} started after ${say(newer)} had` }] : [];
  });
}

/** Invariant 4. */
function doubled({ results, lives }: Evidence): Violation[] {
  const settled = new Map<string, FinalResult>();
  const twice: Violation[] = [];
  for (const result of results.filter((one) => !isOpen(one))) {
    const key = `${result.runId} ${result.test}`;
    if (settled.has(key)) {
      twice.push({ kind: 'doubled', what: `run ${result.runId} has two results of ${result.test}` });
    } else settled.set(key, result);
  }
  const again = lives.flatMap((life): Violation[] => {
    const result = life.test === undefined ? undefined : settled.get(`${life.runId} ${life.test}`);
    // Two clocks are compared: they may differ by a little.
    if (!result || life.from < result.recordedAt + 50) return [];
    return [
      { kind: 'doubled', what: `${say(life)} was executed although it had a result (${result.status})` },
    ];
  });
  return [...twice, ...again];
}

/** Invariant 6. */
function outlived({ lives, attempts, absences }: Evidence, { deadMs, hungMs }: Limits): Violation[] {
  const pids = new Map(attempts.map(({ runId, fence, pid }) => [`run-${runId}-${fence}`, pid]));
  return lives.flatMap((life) =>
    absences
      .filter(({ pid }) => pid === pids.get(tokenOf(life)))
      .flatMap(({ kind, from, to }): Violation[] => {
        // Only what happened while the worker was away counts: when it is back it ends them itself.
        const over = Math.min(life.to, to ?? Infinity) - from;
        if (life.from > (to ?? Infinity) || over <= (kind === 'dead' ? deadMs : hungMs)) return [];
        return [
          {
            kind: 'outlived',
            what: `${say(life)} lived on for ${Math.round(over)} ms after its worker was ${kind}`,
          },
        ];
      }),
  );
}

/** Invariant 9: nothing is wrong with the tests, so whatever failed was the infrastructure. */
function failed({ runs, results }: Evidence): Violation[] {
  return [
    ...runs
      .filter(({ verdict }) => verdict === 'failed')
      .map(({ id }): Violation => ({ kind: 'failed', what: `run ${id} is failed` })),
    ...results
      .filter(({ status }) => status === 'failed' || status === 'skipped')
      .map(
        ({ runId, test, status }): Violation => ({
          kind: 'failed',
          what: `${test} of run ${runId} is ${status}`,
        }),
      ),
  ];
}

/** What is called passed did happen, to its end. */
function falsePasses({ runs, results, planned, lives }: Evidence): Violation[] {
  const ended = new Set(lives.filter(({ code }) => code === 0).map(({ runId, test }) => `${runId} ${test}`));
  const passed = new Set(
    results.filter(({ status }) => status === 'passed').map(({ runId, test }) => `${runId} ${test}`),
  );
  const passedRuns = new Set(runs.filter(({ verdict }) => verdict === 'passed').map(({ id }) => id));
  return [
    ...[...passed]
      .filter((key) => !ended.has(key))
      .map(
        (key): Violation => ({
          kind: 'false-pass',
          what: `run and test ${key} passed, but never ran to its end`,
        }),
      ),
    ...planned
      .filter(({ runId, test }) => passedRuns.has(runId) && !passed.has(`${runId} ${test}`))
      .map(
        ({ runId, test }): Violation => ({ kind: 'false-pass', what: `run ${runId} passed without ${test}` }),
      ),
  ];
}

const tokenOf = ({ runId, fence }: Life) => `run-${runId}-${fence}`;

function say({ runId, fence, test, from }: Life): string {
  return `${test ?? 'the generation'} of run ${runId} (fence ${fence}, at ${(from / 1000).toFixed(3)} s)`;
}
