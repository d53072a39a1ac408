import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createSingleFlight } from '../../async/single-flight.ts';
import type { Engine } from '../../engine/engine.ts';
import { isFault } from '../../faults/fault.ts';
import type { Logger } from '../../log.ts';
import { maxQueryMs, maxTreeMs } from '../../model/limits.ts';
import type { Threads } from '../../threads/threads.ts';
import {
  type ComparisonAnswer,
  type ComparisonInput,
  type ComparisonKind,
  compareCatalogs,
} from '../impact/comparison-task.ts';
import type { InstalledModule } from '../module/installed-module.ts';
import type { OpenRegistration } from './declarations/declaration.ts';
import {
  type Answer,
  askCatalog,
  type CatalogAddress,
  openRegistrationsOf,
  type QuestionInput,
  type QuestionKind,
} from './question-task.ts';
import { readModule, readTree } from './reading-tasks.ts';
import { createRegistrationAnswers, type ImageAccess } from './registration/registration-answers.ts';
import { pruneStored } from './stored.ts';
import { runOnTree, withContainer } from './tree/run-on-tree.ts';

/**
 * A catalog that a worker thread holds: the tests of a Magento tree and a test module. A question about it and its answer are small,
 * however large the catalog is. Errors of each question: MODULE_INVALID, TREE_TOO_LARGE, TREE_TIMEOUT.
 */
export interface CatalogAccess {
  /** See `answers` in question-task.ts. */
  ask<Kind extends QuestionKind>(kind: Kind, input: QuestionInput<Kind>): Promise<Answer<Kind>>;
  /** Compares it with an earlier one. See `comparisons` in comparison-task.ts. */
  compare<Kind extends ComparisonKind>(
    before: CatalogAccess,
    kind: Kind,
    input: ComparisonInput<Kind>,
  ): Promise<ComparisonAnswer<Kind>>;
}

export interface Catalogs {
  /**
   * The catalog of an image with checkouts of test modules installed in it. All are read once and stored on disk: the tree of an
   * image under its id, a module under its commit and its target. `container` is called to read the tree, and for a registration.php that only PHP
   * can read. With `enabled`, only what MFTF reads without `--force` when a shop and MODULE_ALLOWLIST name these modules. Errors:
   * MODULE_INVALID, TREE_TOO_LARGE, TREE_TIMEOUT, and those of the engine.
   */
  of(
    image: ImageAccess,
    modules: readonly ModuleCheckout[],
    enabled?: readonly string[],
  ): Promise<CatalogAccess>;
}

type ModuleCheckout = Pick<InstalledModule, 'id' | 'path' | 'target'>;

/** Stored: the commits of the runs under way and of recent previews. Others are read again. */
const maxStoredModules = 32;
const modulePrefix = 'module-';

export function createCatalogs(deps: {
  engine: Engine;
  /** Where the declarations of images and modules are stored. */
  folder: string;
  magentoRoot: string;
  /** The PHP command in a container. */
  php: string;
  /** Read images and modules. */
  readers: Threads;
  /** One thread, which keeps the catalogs that were asked about. */
  thread: Threads;
  log: Logger;
  /** How long reading a tree or a module may take; `maxTreeMs` by default. */
  limitMs?: number;
}): Catalogs {
  const { engine, folder, magentoRoot, readers, thread, log, limitMs = maxTreeMs } = deps;
  const answers = createRegistrationAnswers(deps);
  const share = createSingleFlight<string, OpenRegistration[]>();
  const places = new WeakMap<CatalogAccess, { address(): CatalogAddress; relocate(): Promise<void> }>();
  const fileOf = (prefix: string, ...parts: string[]) =>
    join(folder, `${prefix}${createHash('sha256').update(parts.join('\0')).digest('hex')}.txt`);

  /** The open registrations of stored declarations; calls `read` first, which stores them, when they are missing or damaged. */
  function loadOrRead(path: string, subject: string, read: () => Promise<void>) {
    const load = () => thread.run(openRegistrationsOf, { path }, { subject, limitMs: maxQueryMs });
    return share(path, async () => {
      try {
        return await load();
      } catch (error) {
        if (isFault(error, 'INPUT_INVALID'))
          log.warn({ path }, 'A stored catalog is damaged or of another version; reading its files again');
        else if (!isFault(error, 'NOT_FOUND')) throw error;
      }
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await read();
      return load();
    });
  }

  /**
   * The container may have the modules of its runs: they, and what the image has in their place, are hidden by the modules. So the
   * declarations of an image are those for modules in these folders.
   */
  function loadImage({ id, container }: ImageAccess, targets: readonly string[]) {
    const path = fileOf('', id, magentoRoot, ...targets.toSorted());
    const subject = `the Magento tree of the image ${id}`;
    const open = loadOrRead(path, subject, () =>
      withContainer(container, (from) => readInto(path, subject, id, from)),
    );
    return { path, open };
  }

  async function readInto(path: string, subject: string, imageId: string, container: string): Promise<void> {
    const request = { container, root: magentoRoot, path };
    await runOnTree({ engine, readers }, readTree, request, { subject, limitMs });
    // While the container runs; its answers are stored apart, so that those that are missing are asked for again.
    const options = { subject, limitMs: maxQueryMs };
    const openRegistrations = await thread.run(openRegistrationsOf, { path }, options);
    const here = async () => ({ id: container, dispose: async () => {} });
    await answers.complete([{ openRegistrations, registrations: [] }], {
      ...{ id: imageId, container: here, isRunning: true },
    });
  }

  function loadModule(checkout: ModuleCheckout) {
    const path = fileOf(modulePrefix, checkout.id, checkout.target);
    const subject = `the test module at ${checkout.id}`;
    const open = loadOrRead(path, subject, async () => {
      const request = { checkout: checkout.path, target: checkout.target, path };
      await readers.run(readModule, request, { subject, limitMs });
      await pruneStored(folder, modulePrefix, maxStoredModules).catch((error: unknown) => {
        log.warn({ err: error }, 'Stored catalogs of old commits could not be removed');
      });
    });
    return { path, open };
  }

  return {
    async of(image, modules, enabled) {
      const subject = `the tests of ${modules.map(({ id }) => id).join(', ')}`;
      const locate = async (): Promise<CatalogAddress> => {
        const tree = loadImage(
          image,
          modules.map(({ target }) => target),
        );
        const openOfTree = await tree.open;
        const loaded = modules.map(loadModule);
        const open = [openOfTree, ...(await Promise.all(loaded.map((module) => module.open)))];
        const completed = await answers.complete(
          open.map((openRegistrations) => ({ openRegistrations, registrations: [] })),
          image,
        );
        return {
          paths: [tree.path, ...loaded.map(({ path }) => path)],
          registrations: completed.map(({ registrations }) => registrations),
          enabled,
        };
      };
      let address = await locate();
      const options = { subject, limitMs: maxQueryMs };
      const relocate = async () => {
        address = await locate();
      };
      const access: CatalogAccess = {
        ask: <Kind extends QuestionKind>(kind: Kind, input: QuestionInput<Kind>) =>
          withRetry([relocate], () => thread.run(askCatalog, { address, kind, input }, options)) as Promise<
            Answer<Kind>
          >,
        compare<Kind extends ComparisonKind>(
          before: CatalogAccess,
          kind: Kind,
          input: ComparisonInput<Kind>,
        ) {
          const earlier = places.get(before);
          if (earlier === undefined) throw new Error('The catalog is of other catalogs.');
          return withRetry([earlier.relocate, relocate], () =>
            thread.run(compareCatalogs, { before: earlier.address(), after: address, kind, input }, options),
          ) as Promise<ComparisonAnswer<Kind>>;
        },
      };
      places.set(access, { address: () => address, relocate });
      await access.ask('check', undefined);
      return access;
    },
  };
}

/** Works once more after what is stored was read again, because another process may have removed it. */
async function withRetry<T>(relocate: readonly (() => Promise<void>)[], work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isFault(error, 'NOT_FOUND')) throw error;
    for (const each of relocate) await each();
    return work();
  }
}
