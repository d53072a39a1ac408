import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { numberedFolders } from '../../../test/support/run-folders.ts';
import { canMount, mountSmallDisk } from '../../../test/support/small-disk.ts';
import { createArtifacts } from '../../artifacts/artifacts.ts';
import { createRedactor } from '../redaction/redactor.ts';
import { openRunLogs, type ProcessLog } from './logs.ts';

/** Writes as both outputs of a process do, at the same time. */
async function pour(log: ProcessLog, chunks: number, size: number): Promise<void> {
  const one = async () => {
    for (let count = 0; count < chunks; count++) {
      if (log.stream.errored) throw log.stream.errored;
      if (!log.stream.write(Buffer.alloc(size, 'x'))) await once(log.stream, 'drain');
    }
  };
  await Promise.all([one(), one()]);
}

describe.runIf(canMount)('logs on a full disk', () => {
  let disk: ReturnType<typeof mountSmallDisk>;
  beforeEach(() => {
    disk = mountSmallDisk(64);
  });
  afterEach(() => disk.unmount());

  it('reject writes and the close with DISK_FULL, and never only with an abort', async () => {
    const artifacts = createArtifacts({ folders: numberedFolders(disk.folder), logBytes: 1_000_000 });
    for (let run = 1; run <= 40; run++) {
      const logs = await openRunLogs(artifacts, run, await createRedactor([]));
      // The second log could still be written, while the log of the run has already failed.
      for (const path of ['tests/1/log.txt', 'tests/2/log.txt']) {
        const log = await logs.open(path);
        await expect(pour(log, 200, 1_000 + 113 * run)).rejects.toMatchObject({ code: 'DISK_FULL' });
        await expect(log.close()).rejects.toMatchObject({ code: 'DISK_FULL' });
      }
      await logs.close().catch(() => {});
      await artifacts.remove(run);
    }
  });
});

describe.runIf(canMount)('logs on a disk with room', () => {
  it('have the output in the log of the process and in that of the run', async () => {
    const disk = mountSmallDisk(512);
    try {
      const artifacts = createArtifacts({ folders: numberedFolders(disk.folder), logBytes: 1_000_000 });
      const logs = await openRunLogs(artifacts, 1, await createRedactor(['s3cret-value']));
      const log = await logs.open('tests/1/log.txt');
      log.stream.write('a s3cret-value here\n');
      const tail = await log.close();
      await logs.close();
      expect(tail).toMatch(/^a \S+ here\n$/);
      expect(tail).not.toContain('s3cret-value');
      for (const path of ['tests/1/log.txt', 'run.log']) {
        expect(await readFile(join(disk.folder, 'runs/1', path), 'utf8')).toBe(tail);
      }
    } finally {
      disk.unmount();
    }
  });
});
