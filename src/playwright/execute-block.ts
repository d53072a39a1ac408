import { posix } from 'node:path';
import { safeName } from '../artifacts/safe-name.ts';
import type { Block } from '../mftf/run/blocks.ts';
import { withHostFolders } from '../mftf/run/judge-files.ts';
import { type BlockRecord, brokenResult, type ExecutedBlock, recordBlock } from '../mftf/run/record-block.ts';
import type { PlaywrightTest } from '../model/playwright.ts';
import type { Reason } from '../model/run.ts';
import { runFolder } from '../pool/specification.ts';
import type { NewResult } from '../queue/recorder.ts';
import { type BlockResultsContext, createBlockResults } from './block-results.ts';
import { playwrightScripts } from './container/scripts.ts';
import { followOutput } from './follow-output.ts';
import { type Project, runCommand, withOutputFolder } from './project.ts';
import { reportFile } from './report-lines.ts';

export interface BlockContext extends BlockResultsContext {
  project: Project;
  /** The environment of the command. */
  env: Record<string, string>;
  /** For one test; a block gets the sum for its tests. */
  timeoutMs: number;
}

/** Below it are the folders of the processes of a run. */
const outputs = `${runFolder}/output`;

/**
 * Executes the tests of one file in one project by one command of Playwright, and records their results. Rejects with the reason of the
 * signal, or when a result cannot be recorded.
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
  const blockRecord: BlockRecord = { record: job.record, logs, signal: job.abort };
  const names = new Set(tests.map(({ name }) => name));
  const missing = block.tests.filter(({ name }) => !names.has(name));
  return recordBlock(
    blockRecord,
    block.tests,
    async (startedAt, add) => {
      await add(missing.map((test) => brokenResult(test, missingReason, startedAt)));
      await run(context, containerId, { tests, others, folder, startedAt, add });
    },
    { marksTests: true },
  );
}

const missingReason: Reason = {
  code: 'RESULT_MISSING',
  message:
    'The project no longer lists the test. Its title or its condition may depend on the time or on a variable.',
};

async function run(
  context: BlockContext,
  containerId: string,
  request: {
    tests: PlaywrightTest[];
    others: PlaywrightTest[];
    folder: string;
    startedAt: Date;
    add(results: readonly NewResult[]): Promise<void>;
  },
): Promise<void> {
  const { commands, prepared, project, env } = context;
  const { tests, others, folder, startedAt, add } = request;
  const [first] = tests;
  if (first === undefined) return;
  const output = `${outputs}/${safeName(`${first.suite ?? ''} ${first.file}`)}`;
  const timeoutMs = context.timeoutMs * tests.length;
  await withHostFolders(async (folders) => {
    const log = await prepared.logs.open(`${folder}/log.txt`);
    const block = { first, tests, place: folder, startedAt, timeoutMs };
    const results = createBlockResults(context, block, { ...folders, containerId, output }, add);
    const command = {
      argv: commandOf({ project, output, tests, others }),
      cwd: project.folder,
      env: { ...env, MATRE_REPORT: `${output}/${reportFile}` },
      output: log.stream,
      timeoutMs,
    };
    const follower = followOutput(results.addEnded, (line) => prepared.logs.line(line));
    const pace = (bytes: number) => {
      follower.notify();
      return commands.pace(bytes);
    };
    const end = await runCommand({ ...commands, pace }, containerId, command).finally(async () => {
      await follower.stop();
      await log.close();
    });
    await results.addAll(end);
  });
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
    // Ours comes first, so that a result is written when the other one prints a line, which is what `followOutput` waits for.
    `--reporter=${playwrightScripts.reporter},list`,
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
  const grepTests = isSerial ? [...tests, ...others.filter(({ serial }) => serial)] : tests;
  if (grepTests.length === tests.length + others.length) return [];
  // Tags follow the title that they belong to.
  const titles = grepTests.map((test) => test.titles.map(escapeExpression).join('(?: @\\S+)* '));
  const grep = `(?:^| )(?:${titles.join('|')})(?: @\\S+)*$`;
  return grep.length > maxGrepLength ? [] : [`--grep=${grep}`];
}

function escapeExpression(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
