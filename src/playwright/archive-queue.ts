import { createReadStream } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import type { Artifacts } from '../artifacts/artifacts.ts';
import { isFault, toFault } from '../faults/fault.ts';
import type { RunLogs } from '../mftf/run/logs.ts';
import { reportLeftOut } from '../mftf/run/output.ts';
import type { Attachment } from '../model/result.ts';
import type { PlannedTest } from '../model/selection.ts';
import type { Threads } from '../threads/threads.ts';
import type { Job } from '../worker/runner.ts';
import { redactArchive } from './archive-task.ts';

/** An archive that tests attach, such as a trace. */
export interface Archive {
  /** On this host. */
  file: string;
  /** Where it will be kept, relative to the folder of the run. */
  path: string;
  /** The tests that attach it, and as what. Their results are recorded. */
  owners: { test: PlannedTest; name: string; kind: Attachment['kind'] }[];
}

/**
 * Hides secrets in archives, and then adds them to the results of their tests. It may take long, so a result is recorded before. One
 * after the other, and what cannot be read is not kept.
 */
export interface ArchiveQueue {
  /** Takes an archive from its place. Never rejects. */
  add(archive: Archive): Promise<void>;
  /** Resolves when no archive is left. Never rejects. */
  finish(): Promise<void>;
}

/** For each archive. One of 250 MB takes 6 s of a processor (measured, 100 secrets). */
const limitMs = 2 * 60_000;

export function createArchiveQueue(deps: {
  artifacts: Artifacts;
  job: Job;
  logs: RunLogs;
  /** A thread for archives, so that no result waits for it. */
  archiveReader: Threads;
  secrets: readonly string[];
}): ArchiveQueue {
  const { artifacts, job, logs, archiveReader, secrets } = deps;
  let last: Promise<void> = Promise.resolve();

  function giveUp({ path }: Archive, error: unknown): void {
    const { code, message } = toFault(error);
    if (!job.abort.aborted) logs.line(`${path} is not kept: ${code}: ${message}`);
  }

  async function keep(file: string, { path, owners }: Archive): Promise<void> {
    const name = posix.basename(path);
    const options = { subject: name, limitMs, signal: job.abort };
    const isReadable = await archiveReader
      .run(redactArchive, { file, secrets }, options)
      .catch((error: unknown) => {
        if (!isFault(error, 'TREE_TIMEOUT', 'TREE_TOO_LARGE')) throw error;
        return false;
      });
    if (!isReadable) {
      const [owner] = owners;
      const reason = 'it cannot be read within the limits, and may have secrets';
      return reportLeftOut({ logs, record: job.record }, owner?.test.name ?? '', [{ path: name, reason }]);
    }
    await artifacts.write(job.run.id, path, createReadStream(file));
    for (const { test, name, kind } of owners) await job.record.attachment(test, { name, kind, path });
  }

  return {
    async add(archive) {
      try {
        const folder = await mkdtemp(join(tmpdir(), 'matre-archive-'));
        const file = join(folder, 'archive.zip');
        await rename(archive.file, file);
        last = last
          .then(() => keep(file, archive))
          .finally(() => rm(folder, { recursive: true, force: true }))
          .catch((error: unknown) => giveUp(archive, error));
      } catch (error) {
        giveUp(archive, error);
      }
    },
    finish: () => last,
  };
}
