import type { WakeSignal } from '../async/wake-signal.ts';
import type { Logger } from '../log.ts';
import type { Claim, ClaimResult } from '../queue/claim.ts';
import type { BackOff } from './back-off.ts';
import type { ExecutionResult } from './execution.ts';
import type { OutageGate } from './outage-gate.ts';

/** What a slot does now. */
export interface SlotStatus {
  workerId: string;
  run: { id: number; environmentCode: string; since: Date } | undefined;
}

export interface SlotLoopDependencies {
  gate: OutageGate;
  /** Claims a run for a worker. */
  claim(workerId: string): Promise<ClaimResult>;
  /** Executes a claimed run; `requestedAt` is the monotonic time before it was claimed. */
  execute(claim: Claim, requestedAt: number): Promise<ExecutionResult>;
  /** Rejects while the lock store does not answer. */
  checkLocks(): Promise<void>;
  backOff: BackOff;
  wakeSignal: WakeSignal;
  log: Logger;
  /** Between claims when no notification arrives. */
  pollMs: number;
  /** Between claims while a run waits for a browser session. */
  noCapacityMs: number;
  stop: AbortSignal;
}

/** Claims and executes one run after the other until `stop` aborts, and shows in `slot` which one. Never rejects. */
export async function runSlot(slot: SlotStatus, deps: SlotLoopDependencies): Promise<void> {
  const { gate, backOff, wakeSignal, stop, log } = deps;
  while (!stop.aborted) {
    // Read before the claim: a notification that arrives during the claim then ends the wait of step 4 at once.
    const version = wakeSignal.version();
    let waitMs = deps.pollMs;
    try {
      // 1. Wait until the lock store and the container engine answer.
      await gate.whenOpen();

      // 2. Claim a run. Slots that claim at the same time are served by one batch.
      const claimed = await gate.retryUntilStopped('Queue', async () => {
        const requestedAt = performance.now();
        return { result: await deps.claim(slot.workerId), requestedAt };
      });
      if (!claimed) return;
      const { result, requestedAt } = claimed;
      if (result === 'contended') continue;
      if (typeof result === 'object') {
        // 3. Execute it.
        const { run, environment } = result;
        slot.run = { id: run.id, environmentCode: environment.code, since: new Date() };
        const executed = await deps.execute(result, requestedAt).finally(() => {
          slot.run = undefined;
        });

        // 4a. Leave an environment alone whose lock was refused, and claim the next run.
        if (executed === 'locked' || executed === 'lock-store-unreachable') backOff.add(environment.id);
        if (executed === 'lock-store-unreachable') gate.closeUntil('Lock store', deps.checkLocks);
        continue;
      }
      if (result === 'no-capacity') waitMs = deps.noCapacityMs;
    } catch (error) {
      log.error(
        { err: error, worker: slot.workerId },
        'A worker slot failed; it continues with the next run',
      );
    }

    // 4b. There is no run to claim: wait for a notification.
    await wakeSignal.wait(version, waitMs, stop);
  }
}
