import { Readable } from 'node:stream';
import { Fault } from '../faults/fault.ts';
import { type Artifacts, runLogName } from './artifacts.ts';
import type { BlobStore } from './blob-store.ts';
import { pathInside } from './safe-name.ts';
import type { Uploader } from './uploader.ts';

const readBytes = 256 * 1024;

/**
 * Files of runs that hosts share. They are written to a folder of this host, so that none is lost while the blob store is
 * unreachable, uploaded from there, and read from the blob store.
 */
export function createReplicatedArtifacts(deps: {
  local: Artifacts;
  blobStore: BlobStore;
  uploader: Uploader;
}): Artifacts {
  const { local, blobStore, uploader } = deps;
  return {
    write: local.write,
    runLog: local.runLog,
    log: local.log,
    deliver: uploader.deliver,
    list: blobStore.list,
    runs: blobStore.runs,
    readLog: (runId, from, limit, path = runLogName) => blobStore.read(runId, path, from, limit),
    logSize: async (runId, path = runLogName) => (await blobStore.size(runId, path)) ?? 0,

    async open(runId, path) {
      // Only for its check: a path that leads out of a folder is refused here as well.
      pathInside('/', path);
      const size = await blobStore.size(runId, path);
      if (size === undefined) throw new Fault('NOT_FOUND', `Run ${runId} has no file ${path}.`);
      return { size, stream: Readable.from(readChunks(runId, path, size), { objectMode: false }) };
    },

    async remove(runId) {
      const removed = [await local.remove(runId), await blobStore.remove(runId)];
      return removed.includes(true);
    },
  };

  /** The bytes of a file; of a log that grows, those that it had at first. */
  async function* readChunks(runId: number, path: string, size: number): AsyncGenerator<Buffer> {
    for (let from = 0; from < size; ) {
      const bytes = await blobStore.read(runId, path, from, Math.min(readBytes, size - from));
      if (bytes.length === 0) return;
      yield bytes;
      from += bytes.length;
    }
  }
}
