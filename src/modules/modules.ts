import { setMaxListeners } from 'node:events';
import { join, resolve } from 'node:path';
import type { ModuleSource } from '../config/config.ts';
import { Fault } from '../faults/fault.ts';
import { exists } from '../files/exists.ts';
import type { Logger } from '../log.ts';
import type { Commit } from './bare-repository.ts';
import { createCheckouts } from './checkouts.ts';
import { createGit } from './git.ts';
import { createMirror } from './mirror.ts';
import { snapshot } from './snapshot.ts';

export type { Commit };

/** Where runs get their tests from. */
export interface Modules {
  /** The folder that holds all checkouts, each under the id of its commit; what containers mount, read-only. */
  readonly folder: string;
  /**
   * The newest commit of the branch, as it is after the call. Of a local folder: a copy of it as it is now, under the id
   * `local-<hash of its content>`.
   * Errors: MODULE_CHECKOUT_FAILED, MODULE_INVALID, DISK_FULL; CONFIG_INVALID when no source is set.
   */
  resolve(): Promise<Commit>;
  /** The path of the checkout of a commit: complete, read-only, never changed. Errors as for `resolve`. */
  checkout(commit: string): Promise<string>;
  /** Removes the checkouts that no run needs and nobody asked for in the last hour; their ids. */
  prune(inUse: Iterable<string>): Promise<string[]>;
  /** Stops what is under way. */
  close(): void;
}

export interface ModulesOptions {
  /** Below the data folder; made if it is not there. */
  folder: string;
  /** Without one, `resolve` says which setting is missing. */
  source: ModuleSource | undefined;
  log: Logger;
  /** Of the process, `process.env` by default. git gets the few names that it needs. */
  environment?: Record<string, string | undefined>;
  /** How long a checkout that nobody asks for is kept at least. */
  keepUnusedMs?: number;
  /** The longest a command of git may take; half an hour by default. */
  gitLimitMs?: number;
}

const hourMs = 3_600_000;

/** Errors: CONFIG_INVALID for a source that would not do. */
export async function createModules(options: ModulesOptions): Promise<Modules> {
  const { source, log, environment = process.env, keepUnusedMs = hourMs } = options;
  const folder = resolve(options.folder);
  const closing = new AbortController();
  // Each git listens, and whoever waits for a lock.
  setMaxListeners(0, closing.signal);
  const checkouts = await createCheckouts(folder, closing.signal);
  const prune = (inUse: Iterable<string>) => checkouts.prune(new Set(inUse), keepUnusedMs);
  const common = {
    folder: checkouts.folder,
    close: () => closing.abort(new Fault('MODULE_CHECKOUT_FAILED', 'This process closes.')),
  };

  if (!source) {
    const unset = async () => {
      throw new Fault('CONFIG_INVALID', 'Neither MATRE_MODULE_REPOSITORY nor MATRE_MODULE_PATH is set.');
    };
    return { ...common, resolve: unset, checkout: unset, prune };
  }

  if (source.kind === 'folder') {
    return {
      ...common,
      prune,
      async resolve() {
        const id = await checkouts.add(
          'local',
          async (draft) => `local-${await snapshot(source.path, draft, folder)}`,
        );
        return { id, subject: 'local folder' };
      },
      checkout(commit) {
        return checkouts.get(assertCommitId(commit), () => {
          throw new Fault('MODULE_CHECKOUT_FAILED', `There is no copy ${commit} of ${source.path} any more.`);
        });
      },
    };
  }

  const { signal } = closing;
  const limitMs = options.gitLimitMs;
  const git = await createGit({ folder: join(folder, 'git'), source, environment, signal, limitMs });
  const mirror = await createMirror(join(folder, 'git'), git, signal);
  return {
    ...common,
    resolve: mirror.newest,

    checkout(commit) {
      return checkouts.get(assertCommitId(commit), async (draft, lock) => {
        await mirror.extract(commit, draft, lock);
        if (await exists(join(draft, '.gitmodules'))) {
          log.warn({ commit }, 'The test module has git submodules; they are not fetched');
        }
        log.info({ commit, repository: git.url }, 'Checked out the test module');
      });
    },

    async prune(inUse) {
      const removed = await prune(inUse);
      await mirror.tidy();
      return removed;
    },
  };
}

/** Ids become names of folders. */
function assertCommitId(commit: string): string {
  if (/^(?:[0-9a-f]{40}|[0-9a-f]{64}|local-[0-9a-f]{40})$/.test(commit)) return commit;
  throw new Fault('INPUT_INVALID', `${JSON.stringify(commit)} is not the id of a commit.`);
}
