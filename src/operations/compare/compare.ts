import { z } from 'zod';
import { Fault } from '../../faults/fault.ts';
import type { ComparedRun, ComparedTest } from '../../store/tables/compared-runs.ts';
import type { Context } from '../core/context.ts';
import { line, wholeNumber } from '../core/fields.ts';
import { defineOperation } from '../core/operation.ts';
import { viewNote } from '../triage/note-view.ts';
import { compareTests, differences, type TestDifference } from './compare-tests.ts';
import { type CompareView, compareView, type DifferenceView, type SideView } from './compare-view.ts';
import { findSide, type Side } from './find-side.ts';

const side = line(100).describe(
  'run:12, submission:5, environment:preprod-us (its newest finished run), commit:a1b2c3d, before:12 (the run before run 12 on its environment), or one of these without the word while it is clear',
);

/** Two submissions of 3,000 tests on 8 environments that differ everywhere are as many. */
const maxRows = 24_000;

export const compare = defineOperation({
  name: 'compare',
  method: 'GET',
  path: '/api/compare',
  summary: 'Compare two runs, submissions, environments or commits: the tests that differ, and how',
  role: 'viewer',
  audited: false,
  input: z.object({ a: side, b: side, limit: wholeNumber(1, maxRows).default(1_000).describe('Rows') }),
  output: compareView,
  async run(context, { a, b, limit }) {
    const [sideA, sideB] = [await findSide(context, a), await findSide(context, b)];
    const { pairs, alone } = pairRuns(sideA, sideB);
    const compared = await comparePairs(context, pairs);
    if (compared.pairs.every(({ common }) => common === 0)) throw nothingInCommon(sideA, sideB, pairs.length);
    const ordered = differences.flatMap((each) =>
      compared.rows
        .filter(({ difference }) => difference === each)
        .toSorted((one, other) => outcomeRank(one) - outcomeRank(other)),
    );
    const rows = ordered.slice(0, limit);
    return {
      a: viewSide(sideA),
      b: viewSide(sideB),
      alone,
      pairs: compared.pairs,
      counts: countRows(compared),
      durations: compared.durations,
      rows,
      more: ordered.length - rows.length,
      causes: await readCauses(context, rows),
    };
  },
});

/** What fails in B comes first, then what is less certain there: a broken environment must not hide it. */
const outcomeOrder = ['failed', 'flaky', 'broken', null, 'skipped', 'passed'] as const;
const outcomeRank = ({ b }: DifferenceView) => outcomeOrder.indexOf(b?.outcome ?? null);

interface RunPair {
  a: ComparedRun;
  b: ComparedRun;
}

/** Two runs are a pair on any environments; several runs are paired by their environments. */
function pairRuns({ runs: a }: Side, { runs: b }: Side): { pairs: RunPair[]; alone: CompareView['alone'] } {
  const [firstA, ...othersA] = a;
  const [firstB, ...othersB] = b;
  if (firstA && firstB && othersA.length === 0 && othersB.length === 0) {
    return { pairs: [{ a: firstA, b: firstB }], alone: { a: [], b: [] } };
  }
  const ofB = new Map(b.map((run) => [run.environmentId, run]));
  const pairs = a.flatMap((run) => {
    const other = ofB.get(run.environmentId);
    return other ? [{ a: run, b: other }] : [];
  });
  const paired = new Set(pairs.map(({ a }) => a.environmentId));
  const codes = (runs: ComparedRun[]) =>
    runs.filter(({ environmentId }) => !paired.has(environmentId)).map(({ environment }) => environment);
  return { pairs, alone: { a: codes(a), b: codes(b) } };
}

type Compared = Pick<CompareView, 'pairs' | 'rows' | 'durations'>;

/** Compares pair by pair, so that the event loop has a turn between two runs of thousands of tests. */
async function comparePairs({ comparedRuns }: Context, pairs: readonly RunPair[]): Promise<Compared> {
  const all: Compared = { pairs: [], rows: [], durations: { tests: 0, aMs: 0, bMs: 0 } };
  for (const { a, b } of pairs) {
    const { common, differing, durations } = compareTests(
      await comparedRuns.tests(a.id),
      await comparedRuns.tests(b.id),
    );
    all.pairs.push({ a: a.id, b: b.id, common });
    for (const each of differing) all.rows.push(viewDifference(each, a, b));
    all.durations.tests += durations.tests;
    all.durations.aMs += durations.aMs;
    all.durations.bMs += durations.bMs;
  }
  return all;
}

function viewDifference(
  { test, suite, difference, a, b }: TestDifference,
  runA: ComparedRun,
  runB: ComparedRun,
): DifferenceView {
  return {
    test,
    suite: suite ?? null,
    environment: (difference === 'only-b' ? runB : runA).environment,
    difference,
    a: a ? viewOutcome(a, runA) : null,
    b: b ? viewOutcome(b, runB) : null,
  };
}

const viewOutcome = ({ outcome, durationMs, cause }: ComparedTest, { id }: ComparedRun) => ({
  run: id,
  outcome: outcome ?? null,
  durationMs: durationMs ?? null,
  cause: cause ?? null,
});

function countRows({ pairs, rows }: Compared): CompareView['counts'] {
  const common = pairs.reduce((sum, pair) => sum + pair.common, 0);
  const of = (difference: DifferenceView['difference']) =>
    rows.filter((row) => row.difference === difference).length;
  const [outcome, cause, duration] = [of('outcome'), of('cause'), of('duration')];
  return {
    common,
    same: common - outcome - cause - duration,
    outcome,
    cause,
    duration,
    onlyA: of('only-a'),
    onlyB: of('only-b'),
  };
}

async function readCauses({ results, notes }: Context, rows: readonly DifferenceView[]) {
  const causes = [...new Set(rows.flatMap(({ a, b }) => [a?.cause ?? [], b?.cause ?? []].flat()))];
  const [newest, noteOf] = await Promise.all([results.newestOf(causes), notes.ofCauses(causes)]);
  return causes.map((cause) => {
    const note = noteOf.get(cause);
    return { cause, message: newest.get(cause)?.message ?? '', note: note ? viewNote(note) : null };
  });
}

function viewSide({ kind, name, runs, unfinished }: Side): SideView {
  return {
    kind,
    name,
    runs: runs.map(({ id, environment, verdict, commit, modules, finishedAt }) => ({
      id,
      environment,
      verdict,
      commit: commit ?? null,
      modules: modules?.map(({ name, id, subject }) => ({ name, id, subject })) ?? null,
      finishedAt: finishedAt.toISOString(),
    })),
    unfinished,
  };
}

function nothingInCommon(a: Side, b: Side, pairs: number): Fault {
  const names = `${describe(a)} and ${describe(b)}`;
  return new Fault(
    'COMPARE_NOTHING_IN_COMMON',
    pairs === 0 ? `${names} have no environment in common.` : `${names} have no test in common.`,
  );
}

function describe({ kind, name, runs }: Side): string {
  const environments = runs.map(({ environment }) => environment);
  const shown = environments.slice(0, 3).join(', ');
  const more = environments.length - 3;
  return `${kind} ${name} (${shown}${more > 0 ? ` and ${more} more` : ''})`;
}
