import { createHash } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createSingleFlight } from '../../async/single-flight.ts';
import type { Engine } from '../../engine/engine.ts';
import { isFault } from '../../faults/fault.ts';
import { exists } from '../../files/exists.ts';
import { maxQueryMs, maxTreeMs } from '../../model/limits.ts';
import type { Threads } from '../../threads/threads.ts';
import type { ImageAccess } from '../catalog/registration/registration-answers.ts';
import { pruneStored } from '../catalog/stored.ts';
import { runOnTree, withContainer } from '../catalog/tree/run-on-tree.ts';
import type { InstalledModule } from '../module/installed-module.ts';
import { outlineVersion } from './outline-file.ts';
import {
  askDefinitions,
  type LintAnswer,
  type LintInput,
  type LintQuestion,
  type OutlineAddress,
  readModuleOutlines,
  readTreeOutlines,
} from './outline-tasks.ts';

/** The definitions of a Magento tree with test modules, which a worker thread holds. */
export interface LintAccess {
  /** See `lintAnswers`. Errors: TREE_TOO_LARGE, TREE_TIMEOUT. */
  ask<Kind extends LintQuestion>(kind: Kind, input: LintInput<Kind>): Promise<LintAnswer<Kind>>;
}

export interface LintSources {
  /**
   * The definitions of an image with checkouts of test modules. All are read once and stored on disk, an image under its id and a module
   * under its commit and target. Errors: MODULE_INVALID, TREE_TOO_LARGE, TREE_TIMEOUT, and those of the engine.
   */
  of(
    image: ImageAccess,
    modules: readonly Pick<InstalledModule, 'id' | 'path' | 'target'>[],
  ): Promise<LintAccess>;
  /** The outlines of an image alone, as of `outlinesToBytes`. Errors: as of `of`. */
  tree(image: ImageAccess): Promise<Uint8Array>;
}

const prefix = 'lint-';
/** Stored: of images and modules that were asked about lately. Others are read again. */
const maxStored = 32;

/** `thread` is one thread, which keeps the definitions that were asked about; `readers` read images and modules. */
export function createLintSources(deps: {
  engine: Engine;
  folder: string;
  magentoRoot: string;
  readers: Threads;
  thread: Threads;
}): LintSources {
  const { engine, folder, magentoRoot, readers, thread } = deps;
  const share = createSingleFlight<string, void>();
  const fileOf = (...parts: string[]) => {
    const key = JSON.stringify([outlineVersion, ...parts]);
    return join(folder, `${prefix}${createHash('sha256').update(key).digest('hex')}.gz`);
  };
  const readOnce = (path: string, read: () => Promise<void>) =>
    share(path, async () => {
      if (await exists(path)) return;
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await read();
      await pruneStored(folder, prefix, maxStored);
    });

  async function readTree({ id, container }: ImageAccess, targets: readonly string[]): Promise<string> {
    // A container with modules has them in its tree, and hides what the image has there.
    const path = fileOf('image', id, magentoRoot, ...targets.toSorted());
    await readOnce(path, () =>
      withContainer(container, (from) => {
        const request = { container: from, root: magentoRoot, path };
        const options = { subject: `the Magento tree of the image ${id}`, limitMs: maxTreeMs };
        return runOnTree({ engine, readers }, readTreeOutlines, request, options);
      }),
    );
    return path;
  }

  return {
    tree: async (image) => readFile(await readTree(image, [])),
    async of(image, modules) {
      const locate = async (): Promise<OutlineAddress> => {
        const targets = modules.map(({ target }) => target);
        const address = [{ path: await readTree(image, targets), root: '' }];
        for (const { id, path: checkout, target } of modules) {
          const path = fileOf('module', id, target);
          const options = { subject: `the test module at ${id}`, limitMs: maxTreeMs };
          await readOnce(path, () => readers.run(readModuleOutlines, { checkout, target, path }, options));
          address.push({ path, root: target });
        }
        return address;
      };
      const subject = `the definitions of ${modules.map(({ id }) => id).join(', ')}`;
      let address = await locate();
      return {
        async ask<Kind extends LintQuestion>(kind: Kind, input: LintInput<Kind>) {
          const askOnce = async () =>
            (await thread.run(
              askDefinitions,
              { address, kind, input },
              { subject, limitMs: maxQueryMs },
            )) as LintAnswer<Kind>;
          try {
            return await askOnce();
          } catch (error) {
            // Another process may have removed what is stored, or the disk may have damaged it.
            if (!isFault(error, 'NOT_FOUND', 'INPUT_INVALID')) throw error;
            for (const { path } of address) await rm(path, { force: true });
            address = await locate();
            return askOnce();
          }
        },
      };
    },
  };
}
