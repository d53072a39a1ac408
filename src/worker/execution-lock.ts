import type { Fault } from '../faults/fault.ts';
import { type HeldLock, type LockStore, lockNames } from '../locks/lock.ts';
import type { Logger } from '../log.ts';
import type { Claim, Queue } from '../queue/queue.ts';

export interface ExecutionLockOptions {
  locks: LockStore;
  queue: Pick<Queue, 'recorder'>;
  claim: Claim;
  log: Logger;
  owner: string;
  confirmOwnership: () => Promise<boolean>;
  environmentLock: HeldLock;
}

/** Holds the execution lock while `work` runs; `onLost` gets the reason when it is lost. */
export async function withExecutionLock<T>(
  { locks, queue, claim, log, owner, confirmOwnership, environmentLock }: ExecutionLockOptions,
  { abort, onLost }: { abort: AbortSignal; onLost(reason: unknown): void },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const name = lockNames.execution(claim.environment.id);
  const onForeign = ({ code, message }: Fault) => {
    log.warn({ code, detail: message }, 'The run waits for a lock with a foreign value');
    // Shown to users only, so a failure does not matter.
    queue
      .recorder(claim.run.id, claim.fence)
      .event({ code, message: `The run waits for a lock. ${message}` })
      .catch(() => {});
  };
  const executionLock = await locks.acquire(name, { owner, confirmOwnership, onForeign, signal: abort });
  const forward = () => onLost(executionLock.lost.reason);
  executionLock.lost.addEventListener('abort', forward);
  try {
    environmentLock.assertHeld();
    executionLock.assertHeld();
    return await work(abort);
  } finally {
    executionLock.lost.removeEventListener('abort', forward);
    await executionLock.release();
  }
}
