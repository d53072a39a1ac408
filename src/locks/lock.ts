/** How the names of the three locks begin. */
export const lockPrefixes = {
  environment: 'test_runner_env_processing_',
  execution: 'mftf_execution_env_',
  container: 'container_',
};

/** The names of the three locks. Operators know them; they never change. */
export const lockNames = {
  /** From the claim to the end of the run. */
  environment: (environmentId: number) => `${lockPrefixes.environment}${environmentId}`,
  /** Around generation and tests, also for a run that was started outside of the queue. */
  execution: (environmentId: number) => `${lockPrefixes.execution}${environmentId}`,
  /** Around create, start, replace and remove of a container. */
  container: (name: string) => `${lockPrefixes.container}${name}`,
};

/** What `locks list` shows of a lock that is held. */
export interface LockInfo {
  name: string;
  /** Who holds it, in words: worker, host, process, run. */
  owner: string;
  since: Date;
  /** When it ends by itself unless it is renewed; `undefined` for locks in process. */
  expiresInMs: number | undefined;
}

export interface AcquireOptions {
  /** In words, for `locks list`. */
  owner: string;
  /**
   * The second judge, asked when the store cannot say whose lock it is: it does not answer, or it has forgotten the lock
   * (a Redis that was emptied). True only for the run whose fence the database still shows: then the hold goes on, and a
   * forgotten lock is taken again if nobody else has it. Without this, such a lock is lost.
   */
  confirmOwnership?: () => Promise<boolean>;
}

/** A lock that is held. It is renewed by itself until it is released or lost. */
export interface HeldLock {
  readonly name: string;
  /**
   * Aborted with a LOCK_LOST fault as its reason as soon as exclusion can no longer be promised: somebody else has the
   * lock, an operator took it away, or the deadline minus a margin has passed. The deadline is the monotonic time
   * *before* the last confirmation was asked for plus the TTL.
   */
  readonly lost: AbortSignal;
  /**
   * Throws LOCK_LOST when `lost` is aborted or should be. Timers do not run while a process is stopped or its event loop
   * is blocked: call this right before a step that must not happen without the lock.
   */
  assertHeld(): void;
  /** Gives it back; only if it is still ours. Never rejects. */
  release(): Promise<void>;
}

/** How well a store keeps what it is told, in its own words. What it refuses to say is `undefined`. */
export interface StoreMemory {
  /** What it throws away when its memory is full, as Redis calls it: `noeviction` is nothing. */
  policy: string;
  /** From how many bytes on its memory is full; 0: it has no limit of its own. */
  limitBytes: number;
  /** Whether it writes down each change (AOF). */
  journal: boolean;
  /** Whether it saves all it has now and then (RDB). */
  snapshots: boolean | undefined;
}

/**
 * A store of locks. Two of a kind, `redis` and `in-process`; `conformance.ts` is what both must pass.
 * Errors: LOCK_STORE_UNREACHABLE when the store does not answer or was closed (never a weaker lock instead).
 */
export interface LockStore {
  readonly kind: 'redis' | 'in-process';
  /** Rejects with LOCK_STORE_UNREACHABLE when no lock could be taken now. */
  check(): Promise<void>;
  /** `undefined`: the store ends with this process, or may not be asked. */
  memory(): Promise<StoreMemory | undefined>;
  /** Tries once; `undefined` when somebody else holds it. */
  tryAcquire(name: string, options: AcquireOptions): Promise<HeldLock | undefined>;
  /**
   * Waits until it is ours or `signal` aborts (rejects with its reason); first come first served as far as the store
   * allows. It also waits while the store does not answer.
   */
  acquire(name: string, options: AcquireOptions & { signal?: AbortSignal }): Promise<HeldLock>;
  list(): Promise<LockInfo[]>;
  /** For operators: takes a lock away from whoever holds it. False when nobody did. */
  forceRelease(name: string): Promise<boolean>;
  /** Ends renewals and waiters. What is still held counts as lost: release it before. */
  close(): Promise<void>;
}
