import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Artifacts } from '../../artifacts/artifacts.ts';
import { safeName } from '../../artifacts/safe-name.ts';
import type { Engine } from '../../engine/engine.ts';
import { type FaultCode, toFault } from '../../faults/fault.ts';
import type { Reason } from '../../model/run.ts';
import type { PlannedTest } from '../../model/selection.ts';
import { runFolder } from '../../pool/specification.ts';
import type { NewResult, Recorder } from '../../queue/recorder.ts';
import { generatedFile, generatedFolder, type Layout } from '../container/layout.ts';
import { filesMissing, type Php, type PhpEnd } from '../container/php.ts';
import { restoreMissing } from '../generation/snapshot-archive.ts';
import { collectResults } from '../results/collect.ts';
import { type ProcessEnd, reconcile } from '../results/reconcile.ts';
import { type Block, nameOf } from './blocks.ts';
import type { RunSessions } from './browser-sessions.ts';
import { keepFiles } from './keep-files.ts';
import type { RunLogs } from './logs.ts';
import { fetchOutput } from './output.ts';
import type { Redactor } from './redact.ts';

export interface ExecutionContext {
  runId: number;
  engine: Engine;
  containerId: string;
  layout: Layout;
  php: Php;
  /** What was generated, packed: what is gone comes back from it. */
  generated: Buffer;
  record: Recorder;
  redactor: Redactor;
  sessions: RunSessions;
  logs: RunLogs;
  artifacts: Artifacts;
  signal: AbortSignal;
  /** For one test; a suite gets it for each of its tests. */
  timeoutMs: number;
}

/** What no later test of the run would survive either: the run ends with it. */
const endsTheRun: ReadonlySet<FaultCode> = new Set<FaultCode>([
  'CONTAINER_VANISHED',
  'DISK_FULL',
  'ENGINE_UNREACHABLE',
  'SELENIUM_UNREACHABLE',
]);

/**
 * Executes a block in one Codeception process and records a result for each of its tests. `place` is its folder below that
 * of the run. Returns the reason when the run should end here. Rejects with the reason of the signal, or when a result
 * cannot be recorded.
 */
export async function executeBlock(
  context: ExecutionContext,
  block: Block,
  place: string,
): Promise<Reason | undefined> {
  const { record, signal, logs } = context;
  for (const test of block.tests) await record.testStarted(test);
  const startedAt = new Date();
  let results: NewResult[];
  try {
    results = await run(context, block, place, startedAt);
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
  return results.map(({ reason }) => reason).find((reason) => reason && endsTheRun.has(reason.code));
}

/** Runs Codeception when the files of the tests are there. One that is gone is brought back, once. */
async function execute(
  context: ExecutionContext,
  block: Block,
  codeception: CodeceptionRun,
): Promise<PhpEnd> {
  const { generated, layout, php, record } = context;
  const needs = { folder: layout.generated, files: block.tests.map(generatedFile), output: outputs };
  const end = await php({ ...codeception, needs });
  if (end.kind !== 'exited' || end.code !== filesMissing) return end;
  const restored = await restoreMissing(context, generated, block.tests);
  for (const file of restored) {
    const message = `${file} was gone from ${layout.generated} and was brought back.`;
    await record.event({ code: 'GENERATED_FILE_RESTORED', message });
  }
  return restored.length > 0 ? php({ ...codeception, needs }) : end;
}

/** Where the output folder of each process is. */
const outputs = `${runFolder}/output`;

type CodeceptionRun = Omit<Parameters<Php>[0], 'needs'>;

async function run(
  context: ExecutionContext,
  block: Block,
  place: string,
  startedAt: Date,
): Promise<NewResult[]> {
  const { runId, engine, containerId, layout, redactor, artifacts, signal } = context;
  const output = `${outputs}/${safeName(nameOf(block))}`;
  const timeoutMs = context.timeoutMs * block.tests.length;
  const session = context.sessions.next();
  const argv = [
    layout.codecept,
    'run',
    'functional',
    target(layout, block),
    ...options(output),
    ...session.options,
  ];
  const log = await context.logs.open(`${place}/log.txt`);
  let end: PhpEnd | undefined;
  let said = '';
  try {
    end = await execute(context, block, {
      argv,
      cwd: layout.acceptance,
      output: log.stream,
      signal,
      timeoutMs,
    });
  } finally {
    // Killed, it ends no session of its own: that takes a place which the next test needs. Those of a run that ends go with it.
    if (!signal.aborted && (end?.kind !== 'exited' || end.code > 128)) await session.endLeft();
    said = await log.close();
  }
  const ending: ProcessEnd = { ...endOf(end, timeoutMs), log: said, startedAt, endedAt: new Date() };
  const folder = await mkdtemp(join(tmpdir(), 'matre-output-'));
  try {
    if (ending.end.kind === 'exited') await fetchOutput(engine, containerId, output, folder, redactor);
    const outcomes = reconcile(block.tests, await collectResults(folder), ending);
    return await keepFiles(artifacts, { runId, folder, place, outcomes });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * A suite is run by its folder: before and after are run, and it takes 12 s less than with `-g` (measured, MFTF 3.8). The
 * folder holds just the tests of this block, because each attempt generates exactly what it executes.
 */
function target(layout: Layout, block: Block): string {
  const [test] = block.tests;
  if (block.suite !== undefined || !test) return `${layout.generated}/${generatedFolder(block.suite)}/`;
  return `${layout.generated}/${generatedFile(test)}`;
}

/** `paths: output:` takes everything along: report, pictures, pages, Allure results. Exactly one blank after each colon. */
function options(output: string): string[] {
  const plain = ['--no-colors', '--no-ansi', '--no-interaction', '--no-rebuild'];
  return ['-o', `paths: output: ${output}`, '--xml=report.xml', ...plain, '--verbose', '--steps'];
}

function endOf(end: PhpEnd, timeoutMs: number): Pick<ProcessEnd, 'end' | 'stopped'> {
  if (end.kind !== 'timeout') return { end, stopped: undefined };
  const message = `It took longer than ${timeoutMs / 1000} s and was stopped.`;
  return {
    end: { kind: 'exited', code: 143, outOfMemory: false },
    stopped: { code: 'TEST_TIMEOUT', message },
  };
}

/** The result of a test that nothing can be said about. */
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

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
