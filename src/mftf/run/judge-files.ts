import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isFault } from '../../faults/fault.ts';
import { maxResultsMs } from '../../model/limits.ts';
import type { Reason } from '../../model/run.ts';
import type { PlannedTest } from '../../model/selection.ts';
import type { Task } from '../../threads/task.ts';
import type { Threads } from '../../threads/threads.ts';
import type { JudgedOutput } from '../results/judged-outcome.ts';
import { brokenResult } from './record-block.ts';

/** Folders on this host, for one process of tests. */
export interface HostFolders {
  /** For the files of the process. */
  folder: string;
  /** For the steps of each test. */
  stepsFolder: string;
}

/** Runs `work` with empty folders, which are removed when it ends. */
export async function withHostFolders<T>(work: (folders: HostFolders) => Promise<T>): Promise<T> {
  const temporary = await mkdtemp(join(tmpdir(), 'matre-output-'));
  const folders = { folder: join(temporary, 'files'), stepsFolder: join(temporary, 'steps') };
  try {
    for (const path of Object.values(folders)) await mkdir(path);
    return await work(folders);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

interface Readers {
  resultReaders: Threads;
  signal: AbortSignal;
}

/**
 * Runs a task that reads the result files of tests in a thread, because they may have any size and content. Errors: TREE_TIMEOUT and
 * TREE_TOO_LARGE when they cannot be read within the limits.
 */
export function readFiles<Files, Reply>(
  { resultReaders, signal }: Readers,
  task: Task<Files, Reply>,
  files: Files,
  subject: string,
): Promise<Reply> {
  return resultReaders.run(task, files, { subject, limitMs: maxResultsMs, signal });
}

/** The same for tests that have ended: they are broken when their files cannot be read within the limits. */
export async function judgeFiles<Files, Output extends JudgedOutput>(
  readers: Readers,
  task: Task<Files, Output>,
  files: Files,
  {
    tests,
    subject,
    startedAt,
    endedAt,
  }: { tests: readonly PlannedTest[]; subject: string; startedAt: Date; endedAt: Date },
): Promise<Output | JudgedOutput> {
  try {
    return await readFiles(readers, task, files, subject);
  } catch (error) {
    if (!isFault(error, 'TREE_TIMEOUT', 'TREE_TOO_LARGE')) throw error;
    const reason: Reason = { code: 'RESULT_UNREADABLE', message: error.message };
    const outcomes = tests.map((test) => ({
      ...brokenResult(test, reason, startedAt),
      durationMs: endedAt.getTime() - startedAt.getTime(),
      attachments: [],
      steps: undefined,
      stepsFile: undefined,
    }));
    return { outcomes, files: [] };
  }
}
