import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Artifacts } from '../../artifacts/artifacts.ts';
import { safeName } from '../../artifacts/safe-name.ts';
import type { Engine } from '../../engine/engine.ts';
import type { SupervisedEnd } from '../../engine/supervised.ts';
import { type FaultCode, isFault, toFault } from '../../faults/fault.ts';
import { maxResultsMs } from '../../model/limits.ts';
import type { ResultPlace } from '../../model/result-place.ts';
import type { Reason } from '../../model/run.ts';
import type { PlannedTest } from '../../model/selection.ts';
import type { TimedOutWaits } from '../../model/timed-out-waits.ts';
import { runFolder } from '../../pool/specification.ts';
import type { NewResult, Recorder } from '../../queue/recorder.ts';
import type { SessionRecording } from '../../replay/record-session.ts';
import type { Threads } from '../../threads/threads.ts';
import { generatedFile, generatedFolder, type Layout } from '../container/layout.ts';
import { filesMissing, type Php } from '../container/php.ts';
import { restoreMissing } from '../generation/snapshot-archive.ts';
import type { Redactor } from '../redaction/redactor.ts';
import {
  type JudgedOutcome,
  type JudgedOutput,
  judgeOutput,
  type ProcessOutput,
} from '../results/judge-output.ts';
import type { ProcessEnd } from '../results/reconcile.ts';
import { type Block, nameOf } from './blocks.ts';
import type { RunSessions } from './browser-sessions.ts';
import type { DownloadRoute } from './download-route.ts';
import { createProcessDownloads } from './downloads.ts';
import { type KeptOutcome, keepFiles } from './keep-files.ts';
import type { RunLogs } from './logs.ts';
import { describeLeftOut, fetchDownloads, fetchOutput } from './output.ts';
import { type RunReplays, replayOf, startRecorder } from './replays.ts';
import { withoutOutage } from './without-outage.ts';

export interface ExecutionContext {
  runId: number;
  engine: Engine;
  containerId: string;
  containerName: string;
  layout: Layout;
  php: Php;
  /** The packed generated files, from which missing ones are restored. */
  generated: readonly Buffer[];
  record: Recorder;
  redactor: Redactor;
  /** What `redactor` hides. */
  secrets: readonly string[];
  sessions: RunSessions;
  downloadRoute: DownloadRoute;
  replays: RunReplays;
  logs: RunLogs;
  artifacts: Artifacts;
  resultReaders: Threads;
  signal: AbortSignal;
  /** Why the shop cannot be tested, requested from a container; `undefined` when it answers. */
  shopOutage(containerId: string): Promise<string | undefined>;
  /** Where a failure comes from; `undefined` when that cannot be found out. Never rejects. */
  placeOf(
    failure: Pick<JudgedOutcome, 'test' | 'executed' | 'beforeSuite'>,
  ): Promise<ResultPlace | undefined>;
  /** WAIT_TIMEOUT of the tests. */
  waitSeconds: number;
  /** For one test; a suite gets the sum for its tests. */
  timeoutMs: number;
}

/** Faults that would break every later test as well, so that the run ends. */
export const endsTheRun: ReadonlySet<FaultCode> = new Set<FaultCode>([
  'CONTAINER_VANISHED',
  'DISK_FULL',
  'ENGINE_UNREACHABLE',
  'SELENIUM_UNREACHABLE',
]);

/** What a run needs of an executed block. */
export interface ExecutedBlock {
  /** How many of its tests failed. */
  failed: number;
  /** The waits that ran out, of each test with any. */
  waits: TimedOutWaits[];
  /** Why no other test can be executed. */
  reason: Reason | undefined;
}

/**
 * Executes a block in one Codeception process and records a result for each of its tests. `folder` is the block's folder below
 * that of the run. Rejects with the reason of the signal, or when a result cannot be recorded.
 */
export async function executeBlock(
  context: ExecutionContext,
  block: Block,
  folder: string,
): Promise<ExecutedBlock> {
  const { record, signal, logs } = context;
  for (const test of block.tests) await record.testStarted(test);
  const startedAt = new Date();
  let results: NewResult[];
  try {
    results = await run(context, block, folder, startedAt);
  } catch (error) {
    signal.throwIfAborted();
    const { code, message } = toFault(error);
    results = block.tests.map((test) => broken(test, { code, message }, startedAt));
  }
  for (const result of results) {
    await record.result(result);
    const seconds = (result.durationMs / 1000).toFixed(1);
    logs.line(
      `${result.test}: ${result.status} in ${seconds} s${result.message ? `: ${firstLine(result.message)}` : ''}`,
    );
  }
  return {
    failed: results.filter(({ status }) => status === 'failed').length,
    waits: results.flatMap(({ steps }) => steps?.waits ?? []),
    reason: results.map(({ reason }) => reason).find((reason) => reason && endsTheRun.has(reason.code)),
  };
}

/** Runs Codeception if the files of the tests exist. Missing files are restored, once. */
async function execute(
  context: ExecutionContext,
  block: Block,
  codeception: CodeceptionRun,
  downloads: string | undefined,
): Promise<SupervisedEnd> {
  const { generated, layout, php, record } = context;
  const needs = {
    ...{ folder: layout.generated, files: block.tests.map(generatedFile), output: outputs },
    ...{ downloadsLink: layout.downloads, downloads },
  };
  const end = await php({ ...codeception, needs });
  if (end.kind !== 'exited' || end.code !== filesMissing) return end;
  const restored = await restoreMissing(context, generated, block.tests);
  for (const file of restored) {
    const message = `${file} was missing in ${layout.generated} and was restored.`;
    await record.event({ code: 'GENERATED_FILE_RESTORED', message });
  }
  return restored.length > 0 ? php({ ...codeception, needs }) : end;
}

/** The parent of the output folders of all processes. */
const outputs = `${runFolder}/output`;

type CodeceptionRun = Omit<Parameters<Php>[0], 'needs'>;

async function run(
  context: ExecutionContext,
  block: Block,
  folder: string,
  startedAt: Date,
): Promise<NewResult[]> {
  const { runId, engine, containerId, layout, redactor, secrets, artifacts, signal } = context;
  const output = `${outputs}/${safeName(nameOf(block))}`;
  const timeoutMs = context.timeoutMs * block.tests.length;
  const session = context.sessions.next();
  const downloads = createProcessDownloads(context.downloadRoute, {
    ...context,
    label: session.label,
    isSuite: block.suite !== undefined,
    log: (line) => context.logs.line(line),
  });
  const argv = [
    ...downloads.phpOptions,
    layout.codecept,
    'run',
    'functional',
    target(layout, block),
    ...options(output),
    ...session.options,
    ...downloads.options,
  ];
  const log = await context.logs.open(`${folder}/log.txt`);
  const fetching = downloads.start();
  const recorder = startRecorder(context.replays, {
    label: session.label,
    log: (line) => context.logs.line(line),
  });
  let end: SupervisedEnd | undefined;
  let logText = '';
  try {
    const codeception = { argv, cwd: layout.acceptance, output: log.stream, signal, timeoutMs };
    end = await execute(context, block, codeception, downloads.folder);
  } finally {
    await fetching.stop();
    await recorder?.stop();
    // A killed process leaves its session open, and the next test needs its place. The sessions of an ended run are ended elsewhere.
    if (!signal.aborted && (end?.kind !== 'exited' || end.code > 128)) await session.endLeft();
    logText = await log.close();
  }
  const processEnd: ProcessEnd = {
    ...endOf(end, timeoutMs),
    logStart: log.start(),
    log: logText,
    startedAt,
    endedAt: new Date(),
  };
  const temporary = await mkdtemp(join(tmpdir(), 'matre-output-'));
  const hostFolder = join(temporary, 'files');
  const stepsFolder = join(temporary, 'steps');
  try {
    for (const path of [hostFolder, stepsFolder]) await mkdir(path);
    if (processEnd.end.kind === 'exited') {
      const leftOut = await fetchOutput(engine, containerId, output, hostFolder, redactor);
      leftOut.push(...(await fetchDownloads(context, downloads, hostFolder)));
      if (leftOut.length > 0) await reportLeftOut(context, describeLeftOut(nameOf(block), leftOut));
    }
    const from = {
      folder: hostFolder,
      place: folder,
      stepsFolder,
      planned: block.tests,
      waitSeconds: context.waitSeconds,
      processEnd,
      secrets,
    };
    const { outcomes, files } = await judge(context, block, from);
    const judged = await withoutOutage(outcomes, () => context.shopOutage(context.containerId));
    const toReplay = { recordings: recorder?.recordings() ?? [], processEnd };
    return await keepFiles(artifacts, runId, from, {
      files,
      outcomes: await withPlacesAndReplays(context, judged, toReplay),
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** The outcomes of a block. When its result files cannot be read within the limits, its tests are broken. */
async function judge(context: ExecutionContext, block: Block, output: ProcessOutput): Promise<JudgedOutput> {
  const { resultReaders, signal } = context;
  const subject = `the result files of ${nameOf(block)}`;
  try {
    return await resultReaders.run(judgeOutput, output, { subject, limitMs: maxResultsMs, signal });
  } catch (error) {
    if (!isFault(error, 'TREE_TIMEOUT', 'TREE_TOO_LARGE')) throw error;
    const reason: Reason = { code: 'RESULT_UNREADABLE', message: error.message };
    const { startedAt, endedAt } = output.processEnd;
    const outcomes = block.tests.map(({ name, suite }) => ({
      ...{ test: name, suite, status: 'broken' as const, message: reason.message, reason },
      ...{ startedAt, durationMs: endedAt.getTime() - startedAt.getTime() },
      ...{ attachments: [], steps: undefined, stepsFile: undefined },
      ...{ executed: undefined, beforeSuite: undefined },
    }));
    return { outcomes, files: [] };
  }
}

async function reportLeftOut({ logs, record }: ExecutionContext, message: string): Promise<void> {
  logs.line(message);
  await record.event({ code: 'OUTPUT_LEFT_OUT', message });
}

/** The outcomes with the places of failures, and with what their browsers showed. */
async function withPlacesAndReplays(
  { placeOf, replays, redactor, logs }: ExecutionContext,
  outcomes: readonly JudgedOutcome[],
  recorded: { recordings: readonly SessionRecording[]; processEnd: ProcessEnd },
): Promise<KeptOutcome[]> {
  const kept: KeptOutcome[] = [];
  const log = (line: string) => logs.line(line);
  for (const { executed, beforeSuite, ...outcome } of outcomes) {
    const isBad = outcome.status === 'failed' || outcome.status === 'broken';
    const place = isBad ? await placeOf({ test: outcome.test, executed, beforeSuite }) : undefined;
    const replay = await replayOf(outcome, { ...recorded, mode: replays.mode, redactor, log });
    kept.push({ ...outcome, place, replay });
  }
  return kept;
}

/**
 * A suite is run by its folder: this includes its before and after, and takes 12 s less than `-g` (measured, MFTF 3.8). The
 * folder has only the tests of this block, because each attempt removes the files of tests that it does not execute.
 */
function target(layout: Layout, block: Block): string {
  const [test] = block.tests;
  if (block.suite !== undefined || !test) return `${layout.generated}/${generatedFolder(block.suite)}/`;
  return `${layout.generated}/${generatedFile(test)}`;
}

/** `paths: output:` moves all output: report, pictures, pages, Allure results. It needs exactly one blank after each colon. */
function options(output: string): string[] {
  const plain = ['--no-colors', '--no-ansi', '--no-interaction', '--no-rebuild'];
  return ['-o', `paths: output: ${output}`, '--xml=report.xml', ...plain, '--verbose', '--steps'];
}

function endOf(end: SupervisedEnd, timeoutMs: number): Pick<ProcessEnd, 'end' | 'stopped'> {
  if (end.kind !== 'timeout') return { end, stopped: undefined };
  const message = `It took longer than ${timeoutMs / 1000} s and was stopped.`;
  return {
    end: { kind: 'exited', code: 143, outOfMemory: false },
    stopped: { code: 'TEST_TIMEOUT', message },
  };
}

/** The result of a test without a verdict. */
export function broken(test: PlannedTest, reason: Reason, startedAt: Date): NewResult {
  return {
    test: test.name,
    suite: test.suite,
    status: 'broken',
    message: reason.message,
    reason,
    startedAt,
    durationMs: Date.now() - startedAt.getTime(),
    attachments: [],
  };
}

/** The whole message is in the result. */
const maxLineLength = 1_000;

export function firstLine(text: string): string {
  return text.slice(0, maxLineLength).split('\n', 1)[0] ?? '';
}
