import { z } from 'zod';
import { Fault } from '../../faults/fault.ts';
import type { Run } from '../../model/run.ts';
import type { Context } from '../core/context.ts';
import { runId, testName, wholeNumber } from '../core/fields.ts';
import { defineOperation } from '../core/operation.ts';
import { attemptView, eventView, plannedTestView, resultView, viewResult } from '../core/views.ts';
import { runHookView, viewRunHook } from '../hooks/hook-view.ts';
import { progressView, viewProgress } from './progress.ts';
import { findTestLog } from './test-log.ts';

export const showRun = defineOperation({
  name: 'runs.show',
  method: 'GET',
  path: '/api/runs/:id',
  summary: 'Show a run with its plan, results, attempts, events and hooks',
  role: 'viewer',
  audited: false,
  live: true,
  input: z.object({ id: runId }),
  output: progressView.extend({
    plan: z.array(plannedTestView),
    results: z.array(resultView).describe('The latest result of each test'),
    attempts: z.array(attemptView),
    events: z.array(eventView),
    hooks: z.array(runHookView),
  }),
  async run(context, { id }) {
    const run = await context.runs.get(id);
    const [plan, results, attempts, events, hooks] = await Promise.all([
      context.plans.list(id),
      context.results.listLatest(id),
      context.attempts.list(id),
      context.events.list(id),
      context.runHooks.list(id),
    ]);
    return {
      ...(await viewProgress(context, run, plan)),
      plan: plan.map(({ test, suite, startedAt, status, flaky, quarantine }) => ({
        test,
        suite: suite ?? null,
        startedAt: startedAt?.toISOString() ?? null,
        status: status ?? null,
        flaky,
        quarantined: quarantine !== undefined,
      })),
      results: results.map(viewResult),
      attempts: attempts.map(({ attempt, workerId, startedAt, endedAt, outcome, reason }) => ({
        attempt,
        workerId,
        startedAt: startedAt.toISOString(),
        endedAt: endedAt?.toISOString() ?? null,
        outcome: outcome ?? null,
        reason: reason ?? null,
      })),
      events: events.map(({ at, code, message }) => ({ at: at.toISOString(), code, message })),
      hooks: hooks.map(viewRunHook),
    };
  },
});

/** A run whose files still exist. Errors: RUN_UNKNOWN, FILES_REMOVED. */
export async function getRunWithFiles(runs: Pick<Context['runs'], 'get'>, id: number): Promise<Run> {
  const run = await runs.get(id);
  if (run.filesRemovedAt === undefined) return run;
  const day = run.filesRemovedAt.toISOString().slice(0, 10);
  throw new Fault(
    'FILES_REMOVED',
    `The files of run ${id} were removed on ${day}, because they were older than the retention allows.`,
  );
}

const maxLogChunkBytes = 256 * 1024;

export const readLog = defineOperation({
  name: 'runs.log',
  method: 'GET',
  path: '/api/runs/:id/log',
  summary: 'Read a chunk of the log of a run; request the next chunk from `next` to follow it',
  role: 'viewer',
  audited: false,
  input: z.object({
    id: runId,
    from: wholeNumber().default(0).describe('Offset in bytes'),
    test: testName
      .optional()
      .describe('Only the log of this test, or of Suite:Test; tests of a suite share one'),
  }),
  output: z.object({
    text: z.string(),
    next: z.number().describe('Offset in bytes of the next chunk'),
    size: z.number().describe('Size of the whole log in bytes'),
    finished: z.boolean().describe('The run or the test is finished, so an empty chunk is the end'),
  }),
  async run(context, { id, from, test }) {
    const { artifacts } = context;
    // The state before the log: a log read after the run finished is complete.
    const { state } = await getRunWithFiles(context.runs, id);
    const log =
      test === undefined ? { path: undefined, isFinished: false } : await findTestLog(context, id, test);
    const hasLog = test === undefined || log.path !== undefined;
    const bytes = wholeCharacters(
      hasLog ? await artifacts.readLog(id, from, maxLogChunkBytes, log.path) : Buffer.alloc(0),
    );
    return {
      text: bytes.toString('utf8'),
      next: from + bytes.length,
      size: hasLog ? await artifacts.logSize(id, log.path) : 0,
      finished: state === 'finished' || log.isFinished,
    };
  },
});

/** The bytes without an incomplete UTF-8 character at their end; that character comes with the next chunk. */
export function wholeCharacters(bytes: Buffer): Buffer {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] as number;
    if ((byte & 0b1100_0000) === 0b1000_0000) continue;
    const length = byte >= 0b1111_0000 ? 4 : byte >= 0b1110_0000 ? 3 : byte >= 0b1100_0000 ? 2 : 1;
    return length > back ? bytes.subarray(0, bytes.length - back) : bytes;
  }
  return bytes;
}

export const listArtifacts = defineOperation({
  name: 'runs.artifacts',
  method: 'GET',
  path: '/api/runs/:id/artifacts',
  summary: 'List the files of a run; each can be read at this address followed by its path',
  role: 'viewer',
  audited: false,
  input: z.object({ id: runId }),
  output: z.object({ artifacts: z.array(z.object({ path: z.string(), size: z.number() })) }),
  async run({ runs, artifacts }, { id }) {
    await getRunWithFiles(runs, id);
    return { artifacts: await artifacts.list(id) };
  },
});
