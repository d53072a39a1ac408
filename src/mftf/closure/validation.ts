import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { putFiles } from '../../engine/archive.ts';
import type { Engine } from '../../engine/engine.ts';
import { Fault } from '../../faults/fault.ts';
import { writeFileAtomically } from '../../files/atomic-write.ts';
import { runFolder } from '../../pool/specification.ts';
import type { CatalogAccess } from '../catalog/catalogs.ts';
import type { SchemaFiles } from '../catalog/schema-files.ts';
import type { Layout } from '../container/layout.ts';
import type { Php } from '../container/php.ts';
import { runForLines } from '../container/php-lines.ts';
import type { InstalledModule } from '../module/installed-module.ts';
import { prunedScripts } from './tree.ts';

const scratchName = 'schemas';
const stored = z.array(z.string());

export interface Validations {
  /**
   * The violations of MFTF's schemas in a tree, as `path:line: message`. Every file is checked once per image or commit of a module: 2 s
   * for Magento 2.4.4 and 1 s for a module (PHP, measured with MFTF 3.8). Errors: GENERATION_FAILED when libxml2 refuses the schemas, see
   * `schemaRefusal`, DISK_FULL, CONTAINER_VANISHED.
   */
  of(tree: {
    engine: Engine;
    containerId: string;
    layout: Layout;
    php: Php;
    catalog: CatalogAccess;
    imageId: string;
    modules: readonly Pick<InstalledModule, 'target' | 'id'>[];
    /** Identifies patches of the schemas; `undefined` without any. */
    patches: string | undefined;
    signal: AbortSignal;
    timeoutMs: number;
  }): Promise<string[]>;
}

/** `folder` is where results are stored. */
export function createValidations({ folder }: { folder: string }): Validations {
  return {
    async of(tree) {
      const { catalog, layout, imageId, modules, patches } = tree;
      const targets = modules.map(({ target }) => target);
      const isOfModule = (fault: string) => targets.some((target) => fault.startsWith(`${target}/`));
      // The files of the image are those that no module covers.
      const image = [
        'image',
        imageId,
        layout.root,
        ...targets.map((target) => `${layout.root}/${target}`),
        ...(patches === undefined ? [] : [patches]),
      ];
      const parts = [
        {
          path: fileOf(folder, image),
          lines: (files: SchemaFiles) => files.tree,
          isOwn: (fault: string) => !isOfModule(fault),
        },
        ...modules.map(({ target, id }, index) => ({
          path: fileOf(folder, [...image, id, ...(index > 0 ? [target] : [])]),
          lines: (files: SchemaFiles) => files.modules[index] ?? '',
          isOwn: (fault: string) => fault.startsWith(`${target}/`),
        })),
      ];
      const storedFaults = await Promise.all(parts.map(({ path }) => readStored(path)));
      const uncheckedParts = parts.filter((_, index) => storedFaults[index] === undefined);
      const knownFaults = storedFaults.flatMap((faults) => faults ?? []);
      if (uncheckedParts.length === 0) return knownFaults;
      // All in one process, because compiling the schemas takes most of the time.
      const files = await catalog.ask('schemaFiles', { targets });
      const list = uncheckedParts.map(({ lines }) => lines(files)).join('');
      const { faults, failure } = await validate(tree, list);
      if (failure !== undefined) return [failure];
      for (const { path, isOwn } of uncheckedParts) await store(path, faults.filter(isOwn));
      return [...knownFaults, ...faults];
    },
  };
}

async function validate(
  tree: Parameters<Validations['of']>[0],
  list: string,
): Promise<{ faults: string[]; failure?: string }> {
  const { engine, containerId, layout, php, signal, timeoutMs } = tree;
  await putFiles(engine, containerId, runFolder, [{ path: `${scratchName}.files`, content: list }]);
  const argv = [prunedScripts.validate, layout.root, `${runFolder}/${scratchName}`];
  const { end, lines } = await runForLines(php, { argv, cwd: layout.root, signal, timeoutMs });
  const refusal = schemaRefusal(lines.at(-1));
  if (refusal !== undefined) throw new Fault('GENERATION_FAILED', refusal);
  if (end.kind === 'exited' && end.code === 0) return { faults: lines.map(readFault) };
  const failure = `the files could not be checked: ${lines.slice(-3).join(' ')} (${JSON.stringify(end)})`;
  return { faults: [], failure };
}

/**
 * What to say of a last line of validate.php about a schema that newer versions of libxml2 refuse, and MFTF with them, so that it
 * generates nothing; `undefined` for any other line.
 */
export function schemaRefusal(line: string | undefined): string | undefined {
  const [kind, version, message] = line?.split('\t') ?? [];
  if (kind !== 'schema' || !message?.includes('content model is not determinist')) return undefined;
  return `libxml2 ${libxmlVersion(version)} in the image refuses a schema of MFTF (${message}). Set MATRE_PATCHES=content-models, see docs/patches.md.`;
}

/** 21308 is 2.13.8. */
function libxmlVersion(version = ''): string {
  const number = Number(version);
  return [Math.floor(number / 10_000), Math.floor(number / 100) % 100, number % 100].join('.');
}

function readFault(line: string): string {
  const [path, at, ...message] = line.split('\t');
  return `${path}:${at}: ${message.join(' ')}`;
}

function fileOf(folder: string, key: string[]): string {
  return join(folder, `${createHash('sha256').update(JSON.stringify(key)).digest('hex')}.faults.json`);
}

async function readStored(path: string): Promise<string[] | undefined> {
  try {
    return stored.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    // Missing or damaged: the files are checked again.
    return undefined;
  }
}

async function store(path: string, faults: string[]): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true, mode: 0o700 });
  await writeFileAtomically(path, JSON.stringify(faults));
}
