import { setMaxListeners } from 'node:events';
import { join, resolve } from 'node:path';
import type { ModuleSource } from '../config/config.ts';
import { Fault } from '../faults/fault.ts';
import { exists } from '../files/exists.ts';
import type { Logger } from '../log.ts';
import { maxCheckoutBytes, maxCheckoutEntries, maxTreeMs } from '../model/limits.ts';
import type { Threads } from '../threads/threads.ts';
import type { Commit } from './bare-repository.ts';
import type { CheckoutLimits } from './checkout-limits.ts';
import { createCheckouts } from './checkouts.ts';
import type { CommitRange } from './commit-range.ts';
import { createGit } from './git.ts';
import { createMirror } from './mirror.ts';
import { snapshot } from './snapshot.ts';

export type { Commit, CommitRange };

/** The source of tests for runs. */
export interface Modules {
  /** The folder of all checkouts, each named by the id of its commit; containers mount it read-only. */
  readonly folder: string;
  /**
   * The newest commit of the branch, as of the call. Of a local folder: a copy of its current content, with the id
   * `local-<hash of its content>`.
   * Errors: MODULE_CHECKOUT_FAILED, MODULE_INVALID, TREE_TOO_LARGE, DISK_FULL; CONFIG_INVALID when no source is set.
   */
  resolve(): Promise<Commit>;
  /**
   * The path of the checkout of a commit, which is complete and never changes. Errors as for `resolve`, INPUT_INVALID, TREE_TOO_LARGE.
   */
  checkout(commit: string): Promise<string>;
  /**
   * The commits after one and up to another, as far as this host has fetched them; `undefined` when that is not known, as of a local
   * folder. Errors: DISK_FULL.
   */
  commitRange(ends: { from: string; to: string }): Promise<CommitRange | undefined>;
  /** Removes the checkouts that no run needs and that were not requested in the last hour; returns their ids. */
  prune(inUse: Iterable<string>): Promise<string[]>;
  /** Stops git, and everything that waits for a lock. */
  close(): void;
}

export interface ModulesOptions {
  /** Below the data folder; created if it is missing. */
  folder: string;
  /** Without one, `resolve` rejects with the names of the settings. */
  source: ModuleSource | undefined;
  log: Logger;
  /** Copy and seal checkouts. */
  threads: Threads;
  /** `process.env` by default. git inherits the few variables that it needs. */
  environment?: Record<string, string | undefined>;
  /** How long an unused checkout is kept at least; an hour by default. */
  keepUnusedMs?: number;
  /** Timeout of a git command; half an hour by default. */
  gitLimitMs?: number;
  /** `maxCheckoutBytes` and `maxCheckoutEntries` by default. */
  checkoutLimits?: CheckoutLimits;
}

const hourMs = 3_600_000;

/** Errors: CONFIG_INVALID for an invalid source. */
export async function createModules(options: ModulesOptions): Promise<Modules> {
  const { source, log, threads, environment = process.env, keepUnusedMs = hourMs } = options;
  const checkoutLimits = options.checkoutLimits ?? {
    maxBytes: maxCheckoutBytes,
    maxEntries: maxCheckoutEntries,
  };
  const folder = resolve(options.folder);
  const closing = new AbortController();
  // Every git and every wait for a lock listens to it.
  setMaxListeners(0, closing.signal);
  const checkouts = await createCheckouts(folder, threads, closing.signal);
  const prune = (inUse: Iterable<string>) => checkouts.prune(new Set(inUse), keepUnusedMs);
  const common = {
    folder: checkouts.folder,
    close: () => closing.abort(new Fault('MODULE_CHECKOUT_FAILED', 'This process is stopping.')),
  };

  if (!source) {
    const unset = async () => {
      throw new Fault('CONFIG_INVALID', 'Neither MATRE_MODULE_REPOSITORY nor MATRE_MODULE_PATH is set.');
    };
    return { ...common, resolve: unset, checkout: unset, commitRange: noRange, prune };
  }

  if (source.kind === 'folder') {
    return {
      ...common,
      prune,
      commitRange: noRange,
      async resolve() {
        const id = await checkouts.add('local', async (draft) => {
          const request = { source: source.path, target: draft, except: folder, limits: checkoutLimits };
          const options = { subject: source.path, limitMs: maxTreeMs, signal: closing.signal };
          return `local-${await threads.run(snapshot, request, options)}`;
        });
        return { id, subject: 'local folder' };
      },
      checkout(commit) {
        return checkouts.get(validCommitId(commit), () => {
          throw new Fault(
            'MODULE_CHECKOUT_FAILED',
            `The copy ${commit} of ${source.path} no longer exists: start a new run.`,
          );
        });
      },
    };
  }

  const { signal } = closing;
  const limitMs = options.gitLimitMs;
  const git = await createGit({ folder: join(folder, 'git'), source, environment, signal, limitMs });
  const mirror = await createMirror(join(folder, 'git'), git, checkoutLimits, signal);
  return {
    ...common,
    resolve: mirror.newest,

    commitRange: async (ends) => (isGitId(ends.from) && isGitId(ends.to) ? mirror.range(ends) : undefined),

    checkout(commit) {
      return checkouts.get(validCommitId(commit), async (draft, lock) => {
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

const noRange = async () => undefined;

const isGitId = (commit: string) => /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(commit);

/** Returns the id, which becomes the name of a folder. Throws INPUT_INVALID. */
function validCommitId(commit: string): string {
  if (isGitId(commit) || /^local-[0-9a-f]{40}$/.test(commit)) return commit;
  throw new Fault('INPUT_INVALID', `${JSON.stringify(commit)} is not the id of a commit.`);
}
