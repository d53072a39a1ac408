import { putFiles } from '../../engine/archive.ts';
import type { Engine } from '../../engine/engine.ts';
import { toFault } from '../../faults/fault.ts';
import { runFolder } from '../../pool/specification.ts';
import type { PrunedRunData } from '../closure/run-data-closure.ts';
import { buildPrunedTree, putEnabledModules } from '../closure/tree.ts';
import type { Layout } from '../container/layout.ts';
import type { Php } from '../container/php.ts';
import { runForLines } from '../container/php-lines.ts';
import { phpOptions } from '../container/prepend.ts';
import { runDataScripts } from './run-data-files.ts';

const tree = 'run-data.tree';
const names = 'run-data.names';
/** run-data.php has this path, too. */
const stored = `${runFolder}/run-data`;
/** It takes less than a second; tests read the data themselves when a machine is too slow for it. */
const timeoutMs = 60_000;

/** Data and operations that a container has stored, with the scripts of PHP that run before each test; or why it has none. */
export type RunData =
  | { kind: 'stored'; entities: number; operations: number; prepend: string[] }
  | { kind: 'none'; reason: string };

/**
 * Lets MFTF read the data and operations of some tests in a container, and stores them for the processes of these tests, which would read
 * all Data and Metadata files of the tree: each 2 s of processor time in Magento 2.4.4, instead of 0.1 s once (measured with MFTF 3.8).
 * Whatever is not stored, MFTF reads from the whole tree. `modules` are the enabled ones, in the order of the shop, for which it would ask
 * the shop. Errors: those of `signal`, CONTAINER_VANISHED, DISK_FULL.
 */
export async function storeRunData(request: {
  engine: Engine;
  containerId: string;
  layout: Layout;
  php: Php;
  closure: PrunedRunData;
  modules: readonly string[];
  signal: AbortSignal;
}): Promise<RunData> {
  const { engine, containerId, layout, php, closure, modules, signal } = request;
  const { files, entities: entityNames, dataTypes } = closure;
  let options: string[];
  try {
    options = [
      ...(await putEnabledModules(engine, containerId, layout, modules)),
      ...(await buildPrunedTree(engine, containerId, layout, files, tree)),
      // As in the process of a test: where MFTF refuses a file of them, each test is to say so.
      ...phpOptions({ 'matre.validation': 'on' }),
    ];
  } catch (error) {
    const { code, message } = toFault(error);
    if (code !== 'GENERATION_FAILED') throw error;
    return { kind: 'none', reason: message };
  }
  await putFiles(engine, containerId, runFolder, [
    { path: names, content: JSON.stringify({ entities: entityNames, dataTypes }) },
  ]);
  const argv = [...options, runDataScripts.make, `${runFolder}/${names}`, stored];
  const { end, lines } = await runForLines(php, { argv, cwd: layout.root, signal, timeoutMs });
  const [, entities, operations] = /^stored (\d+) (\d+)$/.exec(lines.at(-1) ?? '') ?? [];
  if (end.kind !== 'exited' || end.code !== 0 || entities === undefined || operations === undefined) {
    const messages = lines.slice(-2).join(' ').slice(0, 500) || 'it says nothing';
    return { kind: 'none', reason: `PHP could not read it: ${messages} (${JSON.stringify(end)})` };
  }
  return {
    kind: 'stored',
    entities: Number(entities),
    operations: Number(operations),
    prepend: [runDataScripts.use],
  };
}
