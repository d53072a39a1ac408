import { join } from 'node:path';
import type { Artifacts } from '../artifacts/artifacts.ts';
import type { SupervisedEnd } from '../engine/supervised.ts';
import { keyOf } from '../mftf/run/blocks.ts';
import { type HostFolders, judgeFiles, readFiles } from '../mftf/run/judge-files.ts';
import { keepFiles } from '../mftf/run/keep-files.ts';
import { reportLeftOut } from '../mftf/run/output.ts';
import type { PreparedRun } from '../mftf/run/prepared-run.ts';
import { withoutOutage } from '../mftf/run/without-outage.ts';
import type { PlaywrightTest } from '../model/playwright.ts';
import type { PlannedTest } from '../model/selection.ts';
import type { NewResult, Recorder } from '../queue/recorder.ts';
import type { Threads } from '../threads/threads.ts';
import type { Archive, ArchiveQueue } from './archive-queue.ts';
import { createReportCopy } from './copy-results.ts';
import { type CommandOutput, type JudgedReport, judgeReport } from './judge-task.ts';
import type { Commands, Project } from './project.ts';
import { readCurrent } from './report-lines.ts';

export interface BlockResultsContext {
  commands: Commands;
  prepared: PreparedRun;
  project: Pick<Project, 'place'>;
  artifacts: Artifacts;
  resultReaders: Threads;
  archives: ArchiveQueue;
  /** Why the shop cannot be tested, requested from a container; `undefined` when it answers. */
  shopOutage(containerId: string): Promise<string | undefined>;
}

/** The results of a block. */
export interface BlockResults {
  /**
   * Marks the current test as under way, and adds the results of tests that have ended, but for the last open one: when the command ends with
   * an error that no test has, it becomes broken. Rejects also when they cannot be read within the limits: the open tests may still get a verdict.
   */
  addEnded(): Promise<void>;
  /** Adds all other results, after the end of the command. */
  addAll(end: SupervisedEnd): Promise<void>;
}

/**
 * Reads the results of a block from its container, stores their files, and passes them to `add`. Errors of its calls: DISK_FULL, those of the
 * engine, and those of `add`.
 */
export function createBlockResults(
  context: BlockResultsContext,
  block: Pick<CommandOutput, 'tests' | 'place' | 'startedAt' | 'timeoutMs'> & { first: PlaywrightTest },
  { containerId, output, ...folders }: HostFolders & { containerId: string; output: string },
  add: (results: readonly NewResult[]) => Promise<void>,
): BlockResults {
  const { commands, prepared, project, artifacts, archives, resultReaders } = context;
  const { engine, job } = commands;
  const { redactor, files, logs } = prepared;
  const { tests, first, startedAt } = block;
  const copy = createReportCopy({ engine, containerId, output }, folders.folder, redactor);
  const open = new Set(tests.map(keyOf));
  const mark = createTestMarker(job.record);
  /** How many results are read. All that they judge is recorded, but for the last open test. */
  let readCount = 0;

  async function judge(end: SupervisedEnd | undefined, firstResult: number): Promise<JudgedReport> {
    const endedAt = new Date();
    const request: CommandOutput = {
      ...folders,
      ...block,
      open,
      firstResult,
      end,
      endedAt,
      projectPlace: project.place,
      secrets: files.secrets,
    };
    const subject = `the report of Playwright of ${first.file}`;
    const readers = { resultReaders, signal: job.abort };
    if (end === undefined) return await readFiles(readers, judgeReport, request, subject);
    const openTests = tests.filter((test) => open.has(keyOf(test)));
    const times = { startedAt, endedAt };
    return {
      archives: [],
      ...(await judgeFiles(readers, judgeReport, request, { tests: openTests, subject, ...times })),
    };
  }

  async function addOutcomes(report: JudgedReport): Promise<void> {
    const outcomes = await withoutOutage(report.outcomes, () => context.shopOutage(containerId));
    const from = { ...folders, place: block.place };
    // Those of an outcome that waits for the end of the command are kept with it.
    const attached = new Set(outcomes.flatMap(({ attachments }) => attachments.map(({ file }) => file)));
    const files = report.files.filter(({ file }) => attached.has(file));
    await add(await keepFiles(artifacts, job.run.id, from, { outcomes, files }));
    for (const { test, suite } of outcomes) open.delete(keyOf({ name: test, suite }));
    for (const archive of archivesOf({ ...report, outcomes }, folders.folder)) await archives.add(archive);
  }

  return {
    async addEnded() {
      const { count, leftOut } = await copy.addResults();
      await reportLeftOut({ logs, record: job.record }, first.file, leftOut);
      if (count > 0) {
        const report = await judge(undefined, readCount + 1);
        readCount += count;
        const outcomes = report.outcomes.slice(0, open.size - 1);
        if (outcomes.length > 0) await addOutcomes({ ...report, outcomes });
      }
      const current = await readCurrent(folders.folder);
      if (current !== undefined && open.has(keyOf(current))) mark(current);
    },

    async addAll(end) {
      if (end.kind !== 'unknown') {
        const { leftOut } = await copy.addResults();
        leftOut.push(...(await copy.addLines()));
        await reportLeftOut({ logs, record: job.record }, first.file, leftOut);
      }
      await addOutcomes(await judge(end, 1));
    },
  };
}

/** The archives of outcomes, with the tests that attach each: one of a project that others need may be of several. */
function archivesOf({ outcomes, archives }: JudgedReport, hostFolder: string): Archive[] {
  return archives.flatMap(({ file, path }) => {
    const owners = outcomes.flatMap(({ test, suite, attachments }) =>
      attachments
        .filter((attachment) => attachment.file === file)
        .map(({ name, kind }) => ({ test: { name: test, suite }, name, kind })),
    );
    return owners.length === 0 ? [] : [{ file: join(hostFolder, file), path, owners }];
  });
}

/**
 * A function that marks a test as under way, for the page. It writes one at a time and never fails, and nothing waits for it: while the
 * database is away, results are spooled, and the recorder drops a mark that comes after the result of its test.
 */
function createTestMarker(record: Pick<Recorder, 'testStarted'>): (test: PlannedTest) => void {
  let isWriting = false;
  let marked: string | undefined;
  return ({ name, suite }) => {
    if (isWriting || marked === name) return;
    isWriting = true;
    record.testStarted({ name, suite }).then(
      () => {
        marked = name;
        isWriting = false;
      },
      // Recording the result meets the same error.
      () => {
        isWriting = false;
      },
    );
  };
}
