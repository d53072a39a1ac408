import type { Fault } from '../faults/fault.ts';

/** The prefixes of the names of the three locks. */
export const lockPrefixes = {
  environment: 'test_runner_env_processing_',
  execution: 'mftf_execution_env_',
  container: 'container_',
};

/** The names of the three locks. Admins rely on them; they never change. */
export const lockNames = {
  /** Held from the claim to the end of the run. */
  environment: (environmentId: number) => `${lockPrefixes.environment}${environmentId}`,
  /** Held during generation and tests, also by a run that was started outside of the queue. */
  execution: (environmentId: number) => `${lockPrefixes.execution}${environmentId}`,
  /** Held while a container is created, started, replaced or removed. */
  container: (name: string) => `${lockPrefixes.container}${name}`,
};

/** A lock that is held, as `locks list` shows it. */
export interface LockInfo {
  name: string;
  /** A description of the holder: worker, host, process, run. */
  owner: string;
  since: Date;
  /** When it expires unless it is renewed, in milliseconds; `undefined` for locks in process and those that never expire. */
  expiresInMs: number | undefined;
  /** Set when the place of the lock has a value that matre did not write: no process can have the lock until it is set aside. */
  problem?: string;
}

/** A value of others in the place of a lock. */
export interface ForeignValue {
  name: string;
  /** What is wrong, with the key. */
  message: string;
}

export interface AcquireOptions {
  /** A description of the holder, for `locks list`. */
  owner: string;
  /**
   * Called when the store cannot tell who holds the lock: it does not answer, or it has forgotten the lock (a Redis that was
   * emptied). True only for the run whose fence the database still shows: then the lock stays held, and a forgotten lock is
   * acquired again if it is free. Without this, such a lock is lost.
   */
  confirmOwnership?: () => Promise<boolean>;
  /** Called once with LOCK_VALUE_FOREIGN when there is a value that is no lock; `acquire` waits until it is gone. */
  onForeign?: (fault: Fault) => void;
}

/** A lock that is held. It is renewed automatically until it is released or lost. */
export interface HeldLock {
  readonly name: string;
  /**
   * Aborted with a LOCK_LOST fault as its reason as soon as exclusion is no longer guaranteed: another process has the
   * lock, an admin released it by force, or the deadline minus a margin has passed. The deadline is the monotonic time
   * *before* the last confirmation was requested plus the TTL.
   */
  readonly lost: AbortSignal;
  /**
   * Throws LOCK_LOST when `lost` is aborted or should be. Timers do not run while a process is stopped or its event loop
   * is blocked: call this right before a step that must not happen without the lock.
   */
  assertHeld(): void;
  /** Releases the lock if it is still held. Never rejects. */
  release(): Promise<void>;
}

/** How reliably a store keeps its data, by its own report. What it does not report is `undefined`. */
export interface StoreMemory {
  /** What it evicts when its memory is full, in the terms of Redis: `noeviction` is nothing. */
  policy: string;
  /** Its memory limit in bytes; 0: it has no limit of its own. */
  limitBytes: number;
  /** Whether it logs each change to disk (AOF). */
  journal: boolean;
  /** Whether it saves all data periodically (RDB). */
  snapshots: boolean | undefined;
}

/**
 * A store of locks. There are two kinds, `redis` and `in-process`; both must pass the same conformance suite.
 * Errors: LOCK_STORE_UNREACHABLE when the store does not answer or was closed (never a weaker lock instead).
 */
export interface LockStore {
  readonly kind: 'redis' | 'in-process';
  /** Rejects with LOCK_STORE_UNREACHABLE when no lock can be acquired now. */
  check(): Promise<void>;
  /** `undefined`: the store ends with this process, or does not report it. */
  memory(): Promise<StoreMemory | undefined>;
  /** Tries once; `undefined` when the lock is held already. */
  tryAcquire(name: string, options: AcquireOptions): Promise<HeldLock | undefined>;
  /**
   * Waits until the lock is acquired or `signal` aborts (rejects with its reason); first come first served as far as the store
   * allows. It also waits while the store does not answer.
   */
  acquire(name: string, options: AcquireOptions & { signal?: AbortSignal }): Promise<HeldLock>;
  /** All locks that are held, and the foreign values that a try has met in their places. */
  list(): Promise<LockInfo[]>;
  /** The foreign values in the places of these locks, and in the place of the store's list of locks. */
  foreign(names: readonly string[]): Promise<ForeignValue[]>;
  /** Renames a foreign value; returns its new name, or `undefined` when there is none in that place. */
  setAside(name: string): Promise<string | undefined>;
  /** Releases a lock by force, for admins; its holder loses it. False when it was not held. */
  forceRelease(name: string): Promise<boolean>;
  /** Ends renewals and waiters. Locks that are still held count as lost: release them before. */
  close(): Promise<void>;
}
