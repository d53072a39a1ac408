import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import type { Artifacts } from '../artifacts/artifacts.ts';
import { Fault, toFault } from '../faults/fault.ts';
import { hookValues } from '../hooks/hook-values.ts';
import type { Layout } from '../mftf/container/layout.ts';
import { type Block, keyOf } from '../mftf/run/blocks.ts';
import type { FurtherTests, TestTool } from '../mftf/run/further-tests.ts';
import { fetchOutput } from '../mftf/run/output.ts';
import { shopOutage } from '../mftf/run/preflight.ts';
import type { PreparedRun } from '../mftf/run/prepared-run.ts';
import { maxQueryMs } from '../model/limits.ts';
import type { PlaywrightTest } from '../model/playwright.ts';
import type { PlannedTest } from '../model/selection.ts';
import { runFolder } from '../pool/specification.ts';
import type { Threads } from '../threads/threads.ts';
import type { Job } from '../worker/runner.ts';
import { createArchiveQueue } from './archive-queue.ts';
import { playwrightScripts } from './container/scripts.ts';
import { executeBlock } from './execute-block.ts';
import { readList } from './list-task.ts';
import {
  type Commands,
  findProject,
  installPackages,
  killedFault,
  type Project,
  runCommand,
  withOutputFolder,
} from './project.ts';
import { reportFile } from './report-lines.ts';
import { selectInThread } from './select-in-thread.ts';

export interface PlaywrightDependencies {
  artifacts: Artifacts;
  /** Threads for what a project lists. */
  readers: Threads;
  /** Threads for the results of tests. */
  resultReaders: Threads;
  /** A thread for archives that tests attach. */
  archiveReader: Threads;
  layout: Layout;
  /** The PHP program in the container, which asks the shop. */
  php: string;
  heartbeatMs: number;
  testTimeoutMs: number;
  outputPace(bytes: number): Promise<void>;
  /** Saves what the project listed on an environment, for previews. */
  saveList(environmentId: number, list: { commit: string; tests: PlaywrightTest[] }): Promise<void>;
  settings: { folder: string | undefined; browser: string | undefined };
}

/** How long Playwright may take to load all files of a project. */
const listMs = 5 * 60_000;

/** The tests of a Playwright project in a test module, see docs/playwright.md. */
export function createPlaywrightTests(deps: PlaywrightDependencies): FurtherTests {
  return {
    async open(engine, job, prepared) {
      const { settings, layout, readers } = deps;
      const commands: Commands = { engine, job, heartbeatMs: deps.heartbeatMs, pace: deps.outputPace };
      const project = await findProject(settings, layout, prepared.testModules);
      const env = environmentOf(job, prepared);
      const prepare = (containerId: string) =>
        withLog(prepared, 'playwright/install.txt', (output) =>
          installPackages(commands, containerId, {
            project,
            layout,
            browser: settings.browser,
            output,
            env: Object.fromEntries(Object.entries(env).filter(([name]) => /^npm_/i.test(name))),
          }),
        );
      await prepare(prepared.containerId);
      const projectTests = await listTests(deps, commands, prepared, { project, env });
      await saveList(deps, job, prepared, { commit: project.commit, tests: projectTests });
      prepared.logs.line(`Playwright lists ${projectTests.length} tests in ${project.place}.`);
      return createTool(deps, { commands, prepared, project, env, projectTests, prepare, readers });
    },
  };
}

/** Only previews need the list: a database that is away for a moment must not end the run. */
async function saveList(
  deps: PlaywrightDependencies,
  { environment }: Job,
  { logs }: PreparedRun,
  list: Parameters<PlaywrightDependencies['saveList']>[1],
): Promise<void> {
  await deps.saveList(environment.id, list).catch((error: unknown) => {
    const { code, message } = toFault(error);
    logs.line(`The list of Playwright tests is not saved for previews: ${code}: ${message}`);
  });
}

function createTool(
  deps: PlaywrightDependencies,
  parts: {
    commands: Commands;
    prepared: PreparedRun;
    project: Project;
    env: Record<string, string>;
    projectTests: PlaywrightTest[];
    prepare(containerId: string): Promise<void>;
    readers: Threads;
  },
): TestTool {
  const { commands, prepared, project, env, projectTests, prepare, readers } = parts;
  const { artifacts, resultReaders, archiveReader, layout, php, testTimeoutMs: timeoutMs } = deps;
  const { job } = commands;
  const { logs, files } = prepared;
  const archives = createArchiveQueue({ artifacts, archiveReader, job, logs, secrets: files.secrets });
  const byKey = new Map(projectTests.map((test) => [keyOf(test), test]));
  const shop = { engine: commands.engine, layout, php, values: prepared.files.values };
  const context = {
    commands,
    prepared,
    project,
    artifacts,
    resultReaders,
    archives,
    env,
    timeoutMs,
    shopOutage: (containerId: string) => shopOutage({ ...shop, containerId }),
  };
  return {
    select: (selection) => selectInThread(readers, projectTests, selection, commands.job.abort),
    blocksOf: (tests) => blocksOf(tests, byKey),
    prepare,

    execute(containerId, block, folder) {
      const tests = block.tests.flatMap((test) => byKey.get(keyOf(test)) ?? []);
      const own = new Set(tests);
      const [first] = tests;
      const others = projectTests.filter(
        (test) => test.suite === first?.suite && test.file === first?.file && !own.has(test),
      );
      return executeBlock(context, containerId, { block, tests, others, folder });
    },
    finish: archives.finish,
  };
}

/** The tests of one file in one project are a block: Playwright needs the whole file, and its tests may share what they do. */
function blocksOf(tests: readonly PlannedTest[], byKey: ReadonlyMap<string, PlaywrightTest>): Block[] {
  const blocks = new Map<string, Block>();
  for (const test of tests) {
    const file = byKey.get(keyOf(test))?.file;
    // A test that the project no longer lists is alone, and gets no result of its own.
    const key = file === undefined ? `test ${keyOf(test)}` : `file ${test.suite ?? ''}:${file}`;
    const block = blocks.get(key) ?? { suite: test.suite, tests: [] };
    block.tests.push(test);
    blocks.set(key, block);
  }
  return [...blocks.values()];
}

/** The values of the environment as those of the process, with the address of the shop by the name that many projects use. */
function environmentOf(
  { run, environment }: Job,
  { files, testModules }: PreparedRun,
): Record<string, string> {
  const { id: commit } = testModules[0];
  // The supervisor in the container reads variables that begin so: none may come from a test module.
  const ofEnvironment = files.values.filter(({ name }) => !name.startsWith('MATRE_'));
  const { values } = hookValues(ofEnvironment, { id: run.id, attempt: run.attempt, environment, commit });
  const baseUrl = values.get('MAGENTO_BASE_URL') ?? environment.baseUrl;
  return {
    PLAYWRIGHT_BASE_URL: baseUrl,
    ...Object.fromEntries(values),
    CI: '1',
    NO_COLOR: '1',
  };
}

/** Lists all tests of the project. Errors: PLAYWRIGHT_PROJECT_INVALID. */
async function listTests(
  { readers }: PlaywrightDependencies,
  commands: Commands,
  prepared: PreparedRun,
  { project, env }: { project: Project; env: Record<string, string> },
): Promise<PlaywrightTest[]> {
  const output = `${runFolder}/output/playwright-list`;
  const { containerId, redactor } = prepared;
  const end = await withLog(prepared, 'playwright/list.txt', (stream) =>
    runCommand(commands, containerId, {
      argv: withOutputFolder(output, [
        ...['node', 'node_modules/@playwright/test/cli.js', 'test', '--list'],
        ...(project.config === undefined ? [] : [`--config=${project.config}`]),
        `--reporter=${playwrightScripts.reporter}`,
      ]),
      cwd: project.folder,
      env: { ...env, MATRE_REPORT: `${output}/${reportFile}`, MATRE_REPORT_LIST: '1' },
      output: stream,
      timeoutMs: listMs,
    }),
  );
  if (end.kind === 'unknown') throw new Fault('CONTAINER_VANISHED', end.message);
  const killed = killedFault(end, 'The process that lists the tests of Playwright');
  if (killed) throw killed;
  const temporary = await mkdtemp(join(tmpdir(), 'matre-output-'));
  try {
    await fetchOutput(commands.engine, containerId, output, temporary, redactor);
    const options = {
      subject: 'the list of Playwright tests',
      limitMs: maxQueryMs,
      signal: commands.job.abort,
    };
    const tests = await readers.run(readList, { folder: temporary }, options);
    if (tests.length > 0 && end.kind === 'exited' && end.code === 0) return tests;
    const why =
      end.kind === 'timeout' ? `took longer than ${listMs / 1000} s` : `ended with exit code ${end.code}`;
    const message = `npx playwright test --list ${why} and lists ${tests.length} tests; playwright/list.txt has its output.`;
    throw new Fault('PLAYWRIGHT_PROJECT_INVALID', message);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function withLog<T>(
  { logs }: PreparedRun,
  path: string,
  work: (output: Writable) => Promise<T>,
): Promise<T> {
  const log = await logs.open(path);
  try {
    return await work(log.stream);
  } finally {
    await log.close();
  }
}
