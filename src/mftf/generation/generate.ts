import type { Writable } from 'node:stream';
import type { Engine } from '../../engine/engine.ts';
import { capture } from '../../engine/read-all.ts';
import { Fault, toFault } from '../../faults/fault.ts';
import { asSentence } from '../../faults/sentence.ts';
import type { PlannedTest } from '../../model/selection.ts';
import type { Closure } from '../closure/closure.ts';
import { buildPrunedTree, putEnabledModules } from '../closure/tree.ts';
import { generatedFile, type Layout } from '../container/layout.ts';
import type { Php } from '../container/php.ts';

export interface GenerationRequest {
  engine: Engine;
  containerId: string;
  layout: Layout;
  php: Php;
  tests: PlannedTest[];
  /** The files that MFTF has to read for them. */
  closure: Closure;
  /** The enabled modules of the shop; without them MFTF reads all modules (`--force`). */
  modules: readonly string[] | undefined;
  /** Called with the reason when the closure was not sufficient. */
  onWholeTree(reason: string): Promise<void>;
  log: Writable;
  signal: AbortSignal;
  timeoutMs: number;
}

/**
 * Generates all tests of a run in one call: from the files of the closure, in a second or two for 20 tests; if that omits a test,
 * from the whole tree, which takes 22 s for one test of a whole Magento tree and 26 s for 13 with a suite (measured, MFTF 3.8).
 * Returns the tests that MFTF did not generate. Exit code and output are unreliable (broken XML may end with 0), so the existence
 * of each file decides.
 * Errors: GENERATION_FAILED when nothing was generated, CONTAINER_VANISHED, OUT_OF_MEMORY, DISK_FULL.
 */
export async function generate(request: GenerationRequest): Promise<{ missing: PlannedTest[] }> {
  const { closure, tests } = request;
  if (closure.kind === 'pruned') {
    const shortfall = await generatePruned(request, closure.files);
    if (shortfall === undefined) return { missing: [] };
    await request.onWholeTree(shortfall);
    await removeAll(request);
  }
  const { missing, code } = await callMftf(request, []);
  if (missing.length === tests.length) {
    throw new Fault(
      'GENERATION_FAILED',
      `MFTF generated none of the ${tests.length} tests (exit code ${code}).`,
    );
  }
  return { missing };
}

/** Generates from a pruned tree. Returns why that was not sufficient; `undefined` when it was. */
async function generatePruned(request: GenerationRequest, files: string[]): Promise<string | undefined> {
  const { engine, containerId, layout } = request;
  let options: string[];
  try {
    options = await buildPrunedTree(engine, containerId, layout, files);
  } catch (error) {
    const fault = toFault(error);
    if (fault.code !== 'GENERATION_FAILED') throw error;
    return fault.message;
  }
  const { missing, code } = await callMftf(request, options);
  const [first] = missing;
  if (first === undefined) return undefined;
  return `MFTF generated ${first.name} and ${missing.length - 1} more not from the ${files.length} files they need (exit code ${code})`;
}

/** Removes the files of an attempt, so that they do not count for the next: with broken XML MFTF leaves existing files. */
async function removeAll({ engine, containerId, layout }: GenerationRequest): Promise<void> {
  const remove = 'rm -rf "$1"/* && rm -f "$2"/*.php';
  const argv = ['sh', '-c', remove, 'sh', layout.generated, layout.suiteClasses];
  const { code, stderr } = await capture(engine, containerId, argv);
  if (code !== 0) throw new Fault('GENERATION_FAILED', `Generated files cannot be removed: ${stderr.trim()}`);
}

async function callMftf(
  request: GenerationRequest,
  phpOptions: string[],
): Promise<{ missing: PlannedTest[]; code: number }> {
  const { engine, containerId, layout, php, tests, log, signal, timeoutMs } = request;
  const names = tests.map(({ name, suite }) => (suite === undefined ? name : `${suite}:${name}`));
  const { modules } = request;
  const listOptions = modules ? await putEnabledModules(engine, containerId, layout, modules) : [];
  const flags = [...(modules ? [] : ['--force']), '--no-ansi', '--no-interaction'];
  const argv = [...listOptions, ...phpOptions, layout.mftf, 'generate:tests', ...flags, ...names];
  const end = await php({ argv, cwd: layout.root, output: log, signal, timeoutMs });
  if (end.kind === 'timeout') {
    throw new Fault(
      'GENERATION_FAILED',
      `Generation took longer than ${timeoutMs / 1000} s and was stopped.`,
    );
  }
  if (end.kind === 'unknown')
    throw new Fault('CONTAINER_VANISHED', asSentence(`During generation: ${end.message}`));
  if (end.outOfMemory) {
    throw new Fault(
      'OUT_OF_MEMORY',
      'Generation needs more memory than the container may have (about 1 GB for a whole Magento tree).',
    );
  }
  const generated = await generatedFiles(engine, containerId, layout);
  const missing = tests.filter((test) => !generated.has(generatedFile(test)));
  return { missing, code: end.code };
}

/** The paths of generated files that are not empty, relative to `generated`. */
async function generatedFiles(engine: Engine, containerId: string, layout: Layout): Promise<Set<string>> {
  // Relative, so that those of a whole tree fit into the limit of `capture`: 3,410 files of Magento 2.4.4 are 0.2 MB.
  const argv = ['find', '.', '-name', '*.php', '-size', '+0'];
  const { code, stdout, stderr } = await capture(engine, containerId, argv, { cwd: layout.generated });
  if (code !== 0) {
    throw new Fault('GENERATED_FILE_MISSING', `${layout.generated} cannot be read: ${stderr.trim()}`);
  }
  return new Set(stdout.split('\n').map((path) => path.slice('./'.length)));
}
