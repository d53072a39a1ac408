import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import type { Artifacts } from '../artifacts/artifacts.ts';
import { safeName } from '../artifacts/safe-name.ts';
import { isFault, toFault } from '../faults/fault.ts';
import type { Block } from '../mftf/run/blocks.ts';
import { broken, type ExecutedBlock, endsTheRun, firstLine } from '../mftf/run/execute-block.ts';
import { describeLeftOut, fetchOutput, outputLimits } from '../mftf/run/output.ts';
import type { PreparedRun } from '../mftf/run/prepared-run.ts';
import { withoutOutage } from '../mftf/run/without-outage.ts';
import { maxResultsMs } from '../model/limits.ts';
import type { PlaywrightTest } from '../model/playwright.ts';
import type { Attachment } from '../model/result.ts';
import type { Reason } from '../model/run.ts';
import { runFolder } from '../pool/specification.ts';
import type { NewResult } from '../queue/recorder.ts';
import type { Threads } from '../threads/threads.ts';
import { playwrightScripts } from './container/scripts.ts';
import { judgeReport, type PlaywrightOutcome } from './judge-task.ts';
import { reportFile } from './list-task.ts';
import { type Commands, type Project, runCommand, withOutputFolder } from './project.ts';

export interface BlockContext {
  commands: Commands;
  prepared: PreparedRun;
  project: Project;
  artifacts: Artifacts;
  resultReaders: Threads;
  /** The environment of the command. */
  env: Record<string, string>;
  /** For one test; a block gets the sum for its tests. */
  timeoutMs: number;
  /** Why the shop cannot be tested, requested from a container; `undefined` when it answers. */
  shopOutage(containerId: string): Promise<string | undefined>;
}

/** The report is what counts when a test wrote too much. */
const reportLimits = { ...outputLimits, essentialPaths: [reportFile] };
/** Below it are the folders of the processes of a run. */
const outputs = `${runFolder}/output`;

/**
 * Executes the tests of one file in one project by one command of Playwright, and records their results. `listed` has the tests of
 * the block. Rejects with the reason of the signal, or when a result cannot be recorded.
 */
export async function executeBlock(
  context: BlockContext,
  containerId: string,
  {
    block,
    tests,
    others,
    folder,
  }: { block: Block; tests: PlaywrightTest[]; others: PlaywrightTest[]; folder: string },
): Promise<ExecutedBlock> {
  const { job } = context.commands;
  const { logs } = context.prepared;
  for (const test of block.tests) await job.record.testStarted(test);
  const startedAt = new Date();
  let results: NewResult[];
  try {
    results = await run(context, containerId, { tests, others, folder, startedAt });
  } catch (error) {
    job.abort.throwIfAborted();
    const { code, message } = toFault(error);
    results = tests.map((test) => broken(test, { code, message }, startedAt));
  }
  const names = new Set(tests.map(({ name }) => name));
  const unlisted = block.tests.filter(({ name }) => !names.has(name));
  const message =
    'The project no longer lists the test. Its title or its condition may depend on the time or on a variable.';
  results.push(...unlisted.map((test) => broken(test, { code: 'RESULT_MISSING', message }, startedAt)));
  for (const result of results) {
    await job.record.result(result);
    const seconds = (result.durationMs / 1000).toFixed(1);
    const about = result.message ? `: ${firstLine(result.message)}` : '';
    logs.line(`${result.test}: ${result.status} in ${seconds} s${about}`);
  }
  return {
    failed: results.filter(({ status }) => status === 'failed').length,
    waits: [],
    reason: results.map(({ reason }) => reason).find((reason) => reason && endsTheRun.has(reason.code)),
  };
}

async function run(
  context: BlockContext,
  containerId: string,
  request: { tests: PlaywrightTest[]; others: PlaywrightTest[]; folder: string; startedAt: Date },
): Promise<NewResult[]> {
  const { commands, prepared, project, env, resultReaders } = context;
  const { tests, others, folder, startedAt } = request;
  const { engine, job } = commands;
  const [first] = tests;
  if (first === undefined) return [];
  const output = `${outputs}/${safeName(`${first.suite ?? ''} ${first.file}`)}`;
  const timeoutMs = context.timeoutMs * tests.length;
  const log = await prepared.logs.open(`${folder}/log.txt`);
  const command = {
    argv: commandOf({ project, output, tests, others }),
    cwd: project.folder,
    env: { ...env, MATRE_REPORT: `${output}/${reportFile}` },
    ...{ output: log.stream, timeoutMs },
  };
  const end = await runCommand(commands, containerId, command).finally(() => log.close());
  const endedAt = new Date();
  const temporary = await mkdtemp(join(tmpdir(), 'matre-output-'));
  const hostFolder = join(temporary, 'files');
  const stepsFolder = join(temporary, 'steps');
  try {
    for (const path of [hostFolder, stepsFolder]) await mkdir(path);
    if (end.kind !== 'unknown') {
      const leftOut = await fetchOutput(
        engine,
        containerId,
        output,
        hostFolder,
        prepared.redactor,
        reportLimits,
      );
      if (leftOut.length > 0) {
        const message = describeLeftOut(first.file, leftOut);
        prepared.logs.line(message);
        await job.record.event({ code: 'OUTPUT_LEFT_OUT', message });
      }
    }
    const judging = {
      ...{ folder: hostFolder, stepsFolder, tests, end, timeoutMs, startedAt, endedAt },
      ...{ place: project.place, secrets: prepared.files.secrets },
    };
    const subject = `the report of Playwright of ${first.file}`;
    const options = { subject, limitMs: maxResultsMs, signal: job.abort };
    const outcomes = await resultReaders.run(judgeReport, judging, options).catch((error: unknown) => {
      if (!isFault(error, 'TREE_TIMEOUT', 'TREE_TOO_LARGE')) throw error;
      const reason: Reason = { code: 'RESULT_UNREADABLE', message: error.message };
      return tests.map((test) => broken(test, reason, startedAt));
    });
    const judged = await withoutOutage<PlaywrightOutcome | NewResult>(outcomes, () =>
      context.shopOutage(containerId),
    );
    return await keepFiles(context, judged, { folder, hostFolder, stepsFolder });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** The command for a block; the file of its report must be new. */
function commandOf({
  project,
  output,
  tests,
  others,
}: {
  project: Project;
  output: string;
  tests: PlaywrightTest[];
  others: PlaywrightTest[];
}): string[] {
  const [first] = tests;
  const path = posix.join(project.pathEnd, first?.file ?? '');
  return withOutputFolder(output, [
    ...['node', 'node_modules/@playwright/test/cli.js', 'test'],
    // Before the options, because --project takes several values. Playwright reads it as a regular expression for absolute paths, where
    // the path in the project alone may be the end of another file, too.
    `/${escapeExpression(path)}$`,
    ...(project.config === undefined ? [] : [`--config=${project.config}`]),
    ...(first?.suite === undefined ? [] : [`--project=${first.suite}`]),
    ...grepOf(tests, others),
    `--reporter=list,${playwrightScripts.reporter}`,
    `--output=${output}/files`,
    ...['--trace=retain-on-failure', '--retries=0', '--repeat-each=1', '--workers=1'],
  ]);
}

/** Longer expressions would not fit into the arguments of a process; then the whole file is executed. */
const maxGrepLength = 60_000;

/** An expression for the tests of a block, unless they are all of their file. Tests of a serial group need those before them. */
function grepOf(tests: readonly PlaywrightTest[], others: readonly PlaywrightTest[]): string[] {
  if (others.length === 0) return [];
  const isSerial = tests.some(({ serial }) => serial);
  const executed = isSerial ? [...tests, ...others.filter(({ serial }) => serial)] : tests;
  if (executed.length === tests.length + others.length) return [];
  // Tags follow the title that they belong to.
  const titles = executed.map((test) => test.titles.map(escapeExpression).join('(?: @\\S+)* '));
  const grep = `(?:^| )(?:${titles.join('|')})(?: @\\S+)*$`;
  return grep.length > maxGrepLength ? [] : [`--grep=${grep}`];
}

function escapeExpression(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}

/** Stores the attachments and the steps of tests, and the log. Errors: DISK_FULL. */
async function keepFiles(
  { artifacts, commands: { job } }: BlockContext,
  outcomes: readonly (PlaywrightOutcome | NewResult)[],
  { folder, hostFolder, stepsFolder }: { folder: string; hostFolder: string; stepsFolder: string },
): Promise<NewResult[]> {
  const results: NewResult[] = [];
  const log: Attachment = { name: 'Log', kind: 'log', path: `${folder}/log.txt` };
  for (const outcome of outcomes) {
    if (!('stepsFile' in outcome)) {
      results.push({ ...outcome, attachments: [log] });
      continue;
    }
    const { attachments: attached, stepsFile, ...result } = outcome;
    const attachments = [log];
    for (const { name, kind, file } of attached) {
      const path = posix.join(folder, file.split('/').map(safeName).join('/'));
      const isStored = await store(artifacts, job.run.id, path, join(hostFolder, file));
      if (isStored) attachments.push({ name, kind, path });
    }
    if (stepsFile !== undefined) {
      const path = `${folder}/steps-${safeName(outcome.test)}.json`;
      await store(artifacts, job.run.id, path, join(stepsFolder, stepsFile));
      attachments.push({ name: 'Steps', kind: 'steps', path });
    }
    results.push({ ...result, attachments });
  }
  return results;
}

/** False when there is no such file: the test names one that it does not have. */
async function store(artifacts: Artifacts, runId: number, path: string, file: string): Promise<boolean> {
  const isThere = await stat(file).then(
    (file) => file.isFile(),
    () => false,
  );
  if (isThere) await artifacts.write(runId, path, createReadStream(file));
  return isThere;
}
