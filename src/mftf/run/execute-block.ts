import type { Artifacts } from '../../artifacts/artifacts.ts';
import { safeName } from '../../artifacts/safe-name.ts';
import type { Engine } from '../../engine/engine.ts';
import type { SupervisedEnd } from '../../engine/supervised.ts';
import type { ResultPlace } from '../../model/result-place.ts';
import { runFolder } from '../../pool/specification.ts';
import type { NewResult } from '../../queue/recorder.ts';
import type { SessionRecording } from '../../replay/record-session.ts';
import type { Threads } from '../../threads/threads.ts';
import { generatedFile, generatedFolder, type Layout } from '../container/layout.ts';
import { filesMissing, type Php } from '../container/php.ts';
import { prependOptions } from '../container/prepend.ts';
import { restoreMissing } from '../generation/snapshot-archive.ts';
import type { Redactor } from '../redaction/redactor.ts';
import { judgeOutput } from '../results/judge-output.ts';
import type { JudgedOutcome } from '../results/judged-outcome.ts';
import type { ProcessEnd } from '../results/reconcile.ts';
import { type Block, nameOf } from './blocks.ts';
import type { RunSessions } from './browser-sessions.ts';
import type { DownloadRoute } from './download-route.ts';
import { createProcessDownloads } from './downloads.ts';
import { judgeFiles, withHostFolders } from './judge-files.ts';
import { type KeptOutcome, keepFiles } from './keep-files.ts';
import { fetchDownloads, fetchOutput, reportLeftOut } from './output.ts';
import { type BlockRecord, type ExecutedBlock, recordBlock } from './record-block.ts';
import { type RunReplays, replayOf, startRecorder } from './replays.ts';
import { withoutOutage } from './without-outage.ts';

export interface ExecutionContext extends BlockRecord {
  runId: number;
  engine: Engine;
  containerId: string;
  containerName: string;
  layout: Layout;
  php: Php;
  /** The packed generated files, from which missing ones are restored. */
  generated: readonly Buffer[];
  redactor: Redactor;
  /** What `redactor` hides. */
  secrets: readonly string[];
  /** The scripts of PHP that run before Codeception for the data of the tests. */
  runData: readonly string[];
  sessions: RunSessions;
  downloadRoute: DownloadRoute;
  replays: RunReplays;
  artifacts: Artifacts;
  resultReaders: Threads;
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

/**
 * Executes a block in one Codeception process and records a result for each of its tests. `folder` is the block's folder below
 * that of the run. Rejects with the reason of the signal, or when a result cannot be recorded.
 */
export async function executeBlock(
  context: ExecutionContext,
  block: Block,
  folder: string,
): Promise<ExecutedBlock> {
  return recordBlock(context, block.tests, async (startedAt, add) =>
    add(await run(context, block, folder, startedAt)),
  );
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
  const session = context.sessions.next(containerId);
  const downloads = createProcessDownloads(context.downloadRoute, {
    ...context,
    label: session.label,
    isSuite: block.suite !== undefined,
    log: (line) => context.logs.line(line),
  });
  const argv = [
    ...prependOptions([...context.runData, ...downloads.prepend]),
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
  return withHostFolders(async (folders) => {
    if (processEnd.end.kind === 'exited') {
      const leftOut = await fetchOutput(engine, containerId, output, folders.folder, redactor);
      leftOut.push(...(await fetchDownloads(context, downloads, folders.folder)));
      await reportLeftOut(context, nameOf(block), leftOut);
    }
    const from = {
      ...folders,
      place: folder,
      planned: block.tests,
      waitSeconds: context.waitSeconds,
      processEnd,
      secrets,
    };
    const subject = `the result files of ${nameOf(block)}`;
    const { outcomes, files } = await judgeFiles(context, judgeOutput, from, {
      tests: block.tests,
      subject,
      startedAt,
      endedAt: processEnd.endedAt,
    });
    const judged = await withoutOutage(outcomes, () => context.shopOutage(context.containerId));
    if (judged.every(({ status }) => status === 'passed' || status === 'skipped')) session.keep();
    const toReplay = { recordings: recorder?.recordings() ?? [], processEnd };
    return keepFiles(artifacts, runId, from, {
      files,
      outcomes: await withPlacesAndReplays(context, judged, toReplay),
    });
  });
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
