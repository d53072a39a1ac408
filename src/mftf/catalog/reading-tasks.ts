import type { MessagePort } from 'node:worker_threads';
import { openRemoteExec } from '../../engine/remote-exec.ts';
import { writeFileAtomically } from '../../files/atomic-write.ts';
import { defineTask } from '../../threads/task.ts';
import { declarationsToBytes, readDeclarations } from './declarations/declarations.ts';
import { folderSource, type Source } from './tree/source.ts';
import { createSourcePack } from './tree/source-pack.ts';
import { treeFiles } from './tree/tree-files.ts';
import { imageTree, testModule } from './tree/tree-limits.ts';

/** Reads the Magento tree in a container, and stores its declarations and XML files at `path`. The other end of `port` has `serveExec`. */
export const readTree = defineTask(
  import.meta.url,
  'readTree',
  async (request: { port: MessagePort; container: string; root: string; path: string }): Promise<void> => {
    const { port, container, root, path } = request;
    try {
      await store({ root: '', files: treeFiles(openRemoteExec(port), container, root) }, imageTree, path);
    } finally {
      port.close();
    }
  },
);

/** Reads a checkout of the test module, which is mounted on `target` below Magento, and stores its declarations and XML files at `path`. */
export const readModule = defineTask(
  import.meta.url,
  'readModule',
  ({ checkout, target, path }: { checkout: string; target: string; path: string }): Promise<void> =>
    store(folderSource(checkout, target), testModule, path),
);

async function store(source: Source, subject: string, path: string): Promise<void> {
  const pack = createSourcePack(source);
  const declarations = await readDeclarations(pack.source, subject);
  await writeFileAtomically(path, declarationsToBytes(declarations, pack.toBytes()));
}
