import { createReadStream } from 'node:fs';
import { mkdtemp, rename, rm, stat } from 'node:fs/promises';
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
  /** Takes an archive from its place, as soon as there is room for it. Never rejects. */
  add(archive: Archive): Promise<void>;
  /** Resolves when no archive is left. Never rejects. */
  finish(): Promise<void>;
}

/** For each archive. One of 250 MB takes 6 s of a processor (measured, 100 secrets). */
const limitMs = 2 * 60_000;

/** Of the archives of a run that wait, on all its containers. */
const maxWaitingBytes = 1024 * 1024 * 1024;

const archiveFile = 'archive.zip';

export function createArchiveQueue(deps: {
  artifacts: Artifacts;
  job: Job;
  logs: RunLogs;
  /** A thread for archives, so that no result waits for it. */
  archiveReader: Threads;
  secrets: readonly string[];
  maxBytes?: number;
}): ArchiveQueue {
  const { artifacts, job, logs, archiveReader, secrets, maxBytes = maxWaitingBytes } = deps;
  let last: Promise<void> = Promise.resolve();
  let waitingBytes = 0;

  function report({ path, owners: [owner] }: Archive, reason: string): Promise<void> {
    const leftOut = [{ path: posix.basename(path), reason }];
    return reportLeftOut({ logs, record: job.record }, owner?.test.name ?? '', leftOut);
  }

  async function giveUp(archive: Archive, error: unknown): Promise<void> {
    if (job.abort.aborted) return;
    const { code, message } = toFault(error);
    logs.line(`${archive.path} is not kept: ${code}: ${message}`);
    await report(archive, `it cannot be stored: ${code}`).catch((error: unknown) => {
      logs.line(`No event of the run says so: ${toFault(error).message}`);
    });
  }

  /** Moves the file of an archive to a new folder. */
  async function take({ file }: Archive): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'matre-archive-'));
    try {
      await rename(file, join(folder, archiveFile));
      return folder;
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  async function keep(file: string, archive: Archive): Promise<void> {
    const { path, owners } = archive;
    const options = { subject: posix.basename(path), limitMs, signal: job.abort };
    const isReadable = await archiveReader
      .run(redactArchive, { file, secrets }, options)
      .catch((error: unknown) => {
        if (!isFault(error, 'TREE_TIMEOUT', 'TREE_TOO_LARGE')) throw error;
        return false;
      });
    if (!isReadable) return report(archive, 'it cannot be read within the limits, and may have secrets');
    await artifacts.write(job.run.id, path, createReadStream(file));
    for (const { test, name, kind } of owners) await job.record.attachment(test, { name, kind, path });
  }

  async function keepFrom(folder: string, archive: Archive): Promise<void> {
    try {
      await keep(join(folder, archiveFile), archive);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  return {
    async add(archive) {
      try {
        const { size } = await stat(archive.file);
        // One that is larger than the limit comes alone.
        while (waitingBytes > 0 && waitingBytes + size > maxBytes) await last;
        waitingBytes += size;
        const folder = take(archive);
        last = last
          .then(async () => keepFrom(await folder, archive))
          .catch((error: unknown) => giveUp(archive, error))
          .finally(() => {
            waitingBytes -= size;
          });
        // Its error is that of the work above.
        await folder.catch(() => undefined);
      } catch (error) {
        await giveUp(archive, error);
      }
    },
    finish: () => last,
  };
}
