import { Readable } from 'node:stream';
import { Fault } from '../faults/fault.ts';
import { type Artifacts, runLogName } from './artifacts.ts';
import type { BlobStore } from './blob-store.ts';
import { pathInside } from './safe-name.ts';
import type { Uploader } from './uploader.ts';

const readBytes = 256 * 1024;

/**
 * Files of runs that hosts share. They are written to a folder of this host, so that nothing is lost while nobody can be
 * reached, sent to a depot from there, and read from the depot.
 */
export function createReplicatedArtifacts(deps: {
  local: Artifacts;
  blobStore: BlobStore;
  uploader: Uploader;
}): Artifacts {
  const { local, blobStore: depot, uploader: shipping } = deps;
  return {
    write: local.write,
    runLog: local.runLog,
    log: local.log,
    deliver: shipping.deliver,
    list: depot.list,
    runs: depot.runs,
    readLog: (runId, from, limit) => depot.read(runId, runLogName, from, limit),
    logSize: async (runId) => (await depot.size(runId, runLogName)) ?? 0,

    async open(runId, path) {
      // No folder is meant; what is refused there is refused here.
      pathInside('/', path);
      const size = await depot.size(runId, path);
      if (size === undefined) throw new Fault('NOT_FOUND', `Run ${runId} has no file ${path}.`);
      return { size, stream: Readable.from(pieces(runId, path, size), { objectMode: false }) };
    },

    async remove(runId) {
      const [here, there] = [await local.remove(runId), await depot.remove(runId)];
      return here || there;
    },
  };

  /** Of a log that grows, as much as there was at first. */
  async function* pieces(runId: number, path: string, size: number): AsyncGenerator<Buffer> {
    for (let from = 0; from < size; ) {
      const bytes = await depot.read(runId, path, from, Math.min(readBytes, size - from));
      if (bytes.length === 0) return;
      yield bytes;
      from += bytes.length;
    }
  }
}
