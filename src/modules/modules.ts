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
import { type ChangedFiles, findMergeBase, type LocalClone, readChangedFiles } from './commit-differences.ts';
import { type CommitRange, readCommitRange } from './commit-range.ts';
import { type ElementChange, type ElementPlace, readElementChange } from './element-change.ts';
import { createGit, type GitSource } from './git.ts';
import { createLocalClones } from './local-clones.ts';
import { createMirror, type Mirror } from './mirror.ts';
import { snapshot } from './snapshot.ts';

export type { ChangedFiles, Commit, CommitRange, ElementChange };

/** A source of test modules. */
export interface ModuleRepository {
  /**
   * The newest commit of the branch, or that of a ref: a branch, a tag, a whole ref, or the beginning of the id of a commit. As of the
   * call. Of a local folder: a copy of its current content, with the id `local-<hash of its content>`.
   * Errors: MODULE_CHECKOUT_FAILED, MODULE_INVALID, TREE_TOO_LARGE, DISK_FULL; CONFIG_INVALID when no source is set; REF_UNKNOWN.
   */
  resolve(ref?: string): Promise<Commit>;
  /**
   * The path of the checkout of a commit, which is complete and never changes. Errors as for `resolve`, INPUT_INVALID, TREE_TOO_LARGE.
   */
  checkout(commit: string): Promise<string>;
}

/** The sources of tests for runs; itself that of the settings. */
export interface Modules extends ModuleRepository {
  /** The folder of all checkouts, each named by the id of its commit; containers mount it read-only. */
  readonly folder: string;
  of(source: ModuleSource): ModuleRepository;
  /**
   * The commits after one and up to another, as far as this host has fetched them; `undefined` when that is not known, as of a local
   * folder. Errors: DISK_FULL.
   */
  commitRange(ends: { from: string; to: string }): Promise<CommitRange | undefined>;
  /** The files that differ between two commits, as far as this host has fetched them; `undefined` when that is not known. */
  changedFiles(ends: { from: string; to: string }): Promise<ChangedFiles | undefined>;
  /** The newest commit that two commits both come from; `undefined` when there is none, or when that is not known. */
  mergeBase(ends: { from: string; to: string }): Promise<Commit | undefined>;
  /** The commit that changed one of some elements last; see `readElementChange`. */
  elementChange(of: {
    commit: string;
    places: readonly ElementPlace[];
  }): Promise<(ElementChange & { index: number }) | undefined>;
  /** Removes the checkouts that no run needs and that were not requested in the last hour; returns their ids. */
  prune(inUse: Iterable<string>): Promise<string[]>;
  /** Stops git, and everything that waits for a lock. */
  close(): void;
}

export interface ModulesOptions {
  /** Below the data folder; created if it is missing. */
  folder: string;
  /** That of the settings; without it, `resolve` rejects with their names. */
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
  const gitFolder = join(folder, 'git');
  const mirrors = new Map<string, Promise<Mirror>>();

  const openMirror = async (source: GitSource): Promise<Mirror> => {
    const { signal } = closing;
    const limitMs = options.gitLimitMs;
    const git = await createGit({ folder: gitFolder, source, environment, signal, limitMs });
    return createMirror(gitFolder, git, checkoutLimits, signal);
  };

  /** That of a source, with its credentials: other ones may be valid later. */
  const mirrorOf = (source: GitSource): Promise<Mirror> => {
    const key = JSON.stringify(source);
    const mirror = mirrors.get(key) ?? openMirror(source);
    mirrors.set(key, mirror);
    mirror.catch(() => mirrors.delete(key));
    return mirror;
  };

  const ofFolder = (path: string): ModuleRepository => ({
    async resolve(ref) {
      if (ref !== undefined) {
        throw new Fault(
          'REF_UNKNOWN',
          `The test module is the folder ${path}, which has no ${JSON.stringify(ref)}.`,
        );
      }
      const id = await checkouts.add('local', async (draft) => {
        const request = { source: path, target: draft, except: folder, limits: checkoutLimits };
        const options = { subject: path, limitMs: maxTreeMs, signal: closing.signal };
        return `local-${await threads.run(snapshot, request, options)}`;
      });
      return { id, subject: 'local folder' };
    },
    checkout(commit) {
      return checkouts.get(validCommitId(commit), () => {
        throw new Fault(
          'MODULE_CHECKOUT_FAILED',
          `The copy ${commit} of ${path} no longer exists: start a new run.`,
        );
      });
    },
  });

  const ofGit = (source: GitSource): ModuleRepository => ({
    async resolve(ref) {
      const mirror = await mirrorOf(source);
      return ref === undefined ? mirror.newest(source.branch) : mirror.find(ref, source.branch);
    },
    async checkout(commit) {
      const mirror = await mirrorOf(source);
      return checkouts.get(validCommitId(commit), async (draft, lock) => {
        await mirror.extract(commit, source.branch, draft, lock);
        if (await exists(join(draft, '.gitmodules'))) {
          log.warn({ commit }, 'The test module has git submodules; they are not fetched');
        }
        log.info({ commit, repository: mirror.url }, 'Checked out the test module');
      });
    },
  });

  const of = (source: ModuleSource): ModuleRepository =>
    source.kind === 'folder' ? ofFolder(source.path) : ofGit(source);

  const askClones = createLocalClones({ folder: gitFolder, environment, signal: closing.signal });
  /** The first answer of a clone that has some commits. */
  const inClone = async <T>(
    commits: readonly string[],
    ask: (clone: LocalClone) => Promise<T | undefined>,
  ): Promise<T | undefined> => (commits.every(isGitId) ? askClones(ask) : undefined);

  // An invalid source is reported now, and not by the first run.
  if (source?.kind === 'git') await mirrorOf(source);
  return {
    ...(source ? of(source) : { resolve: unset, checkout: unset }),
    folder: checkouts.folder,
    of,

    async commitRange(ends) {
      return inClone([ends.from, ends.to], ({ git, inRepository }) =>
        readCommitRange(git, inRepository, ends),
      );
    },

    changedFiles: (ends) => inClone([ends.from, ends.to], (clone) => readChangedFiles(clone, ends)),

    mergeBase: (ends) => inClone([ends.from, ends.to], (clone) => findMergeBase(clone, ends)),

    elementChange: (of) => inClone([of.commit], (clone) => readElementChange(clone, of)),

    async prune(inUse) {
      const removed = await checkouts.prune(new Set(inUse), keepUnusedMs);
      for (const mirror of mirrors.values()) await (await mirror).tidy();
      return removed;
    },

    close: () => closing.abort(new Fault('MODULE_CHECKOUT_FAILED', 'This process is stopping.')),
  };
}

async function unset(): Promise<never> {
  throw new Fault('CONFIG_INVALID', 'Neither MATRE_MODULE_REPOSITORY nor MATRE_MODULE_PATH is set.');
}

const isGitId = (commit: string) => /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(commit);

/** Returns the id, which becomes the name of a folder. Throws INPUT_INVALID. */
function validCommitId(commit: string): string {
  if (isGitId(commit) || /^local-[0-9a-f]{40}$/.test(commit)) return commit;
  throw new Fault('INPUT_INVALID', `${JSON.stringify(commit)} is not the id of a commit.`);
}
