import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createMemo } from '../../async/single-flight.ts';
import type { Engine } from '../../engine/engine.ts';
import { isFault } from '../../faults/fault.ts';
import { writeFileAtomically } from '../../files/atomic-write.ts';
import { ifPresent } from '../../files/missing-file.ts';
import type { Logger } from '../../log.ts';
import { assertReadable, buildCatalog, type Catalog } from './catalog.ts';
import type { Declarations } from './declaration.ts';
import { declarationsFromBytes, declarationsToBytes, readDeclarations } from './declarations.ts';
import { type ContainerOf, createRegistrationAnswers, type ImageAccess } from './registration-answers.ts';
import { folderSource } from './source.ts';
import { treeFiles } from './tree-files.ts';

export interface Catalogs {
  /**
   * The catalog of an image with a checkout of the test module mounted in it. The tree of an image is read once and stored on disk
   * under the id of the image; only then `container` is called, and for a registration.php that only PHP can read. With `enabled`, only
   * what MFTF reads without `--force` when a shop and MODULE_ALLOWLIST name these modules. Errors: MODULE_INVALID, and those of the
   * engine.
   */
  of(
    image: ImageAccess,
    checkout: { id: string; path: string },
    enabled?: readonly string[],
  ): Promise<Catalog>;
}

/** Kept in memory: an installation has one image, and the one before it while runs of that end. */
const maxImages = 2;
/** Kept in memory: the commits of the runs under way and of recent previews. Others are read again. */
const maxCheckouts = 16;
/** Kept in memory: merging the declarations of Magento 2.4.4 takes 0.2 s. One for each list of enabled modules. */
const maxCatalogs = 8;

export function createCatalogs(deps: {
  engine: Engine;
  /** Where the declarations of images are stored. */
  folder: string;
  magentoRoot: string;
  /** Where the module is, relative to the root. */
  moduleTarget: string;
  /** The PHP command in a container. */
  php: string;
  log: Logger;
}): Catalogs {
  const { engine, folder, magentoRoot, moduleTarget, log } = deps;
  const answers = createRegistrationAnswers(deps);
  const images = createMemo<string, Declarations>({ maxKeys: maxImages });
  const modules = createMemo<string, Declarations>({ maxKeys: maxCheckouts });

  const catalogs = createMemo<string, Catalog>({ maxKeys: maxCatalogs });

  async function readImage(id: string, container: ContainerOf): Promise<Declarations> {
    const key = createHash('sha256').update(`${id}\0${magentoRoot}`).digest('hex');
    const path = join(folder, `${key}.txt`);
    const stored = await readStored(path, log);
    if (stored) return stored;
    const from = await container();
    try {
      const files = treeFiles(engine, from.id, magentoRoot);
      const declarations = await readDeclarations({ root: '', files });
      // While the container runs; its answers are stored apart, so that those that are missing are asked for again.
      const here = async () => ({ id: from.id, dispose: async () => {} });
      await answers.complete([declarations], { id, container: here, isRunning: true });
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeFileAtomically(path, declarationsToBytes(declarations));
      return declarations;
    } finally {
      await from.dispose();
    }
  }

  return {
    async of(image, checkout, enabled) {
      const tree = await images(image.id, () => readImage(image.id, image.container));
      const module = await modules(checkout.id, () =>
        readDeclarations(folderSource(checkout.path, moduleTarget)),
      );
      const parts = await answers.complete([tree, module], image);
      // What PHP could not answer may be known the next time.
      const registered = createHash('sha256').update(JSON.stringify(parts.map((part) => part.registrations)));
      const key = JSON.stringify([image.id, checkout.id, registered.digest('hex')]);
      const whole = await catalogs(key, async () => buildCatalog(parts));
      const catalog = enabled
        ? await catalogs(JSON.stringify([key, enabled]), async () => ({
            ...buildCatalog(parts, enabled),
            whole,
          }))
        : whole;
      assertReadable(catalog);
      return catalog;
    },
  };
}

async function readStored(path: string, log: Logger): Promise<Declarations | undefined> {
  const stored = await ifPresent(readFile(path));
  if (stored === undefined) return undefined;
  try {
    return declarationsFromBytes(stored);
  } catch (error) {
    if (!isFault(error, 'INPUT_INVALID')) throw error;
    log.warn({ path }, 'A stored catalog is damaged or of another version; reading the image again');
    return undefined;
  }
}
