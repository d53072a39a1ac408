import { runPeriodically, type Service } from '../../async/interval.ts';
import type { LockStore } from '../../locks/lock.ts';
import type { Logger } from '../../log.ts';
import type { Environment } from '../../model/environment.ts';
import type { Sessions } from '../../selenium/sessions.ts';
import { startPrewarming } from '../../worker/prewarm.ts';

/** Interval of the search for browser sessions whose run has ended. */
const leftoverSessionsMs = 5_000;
/** Interval of the check for a container that can be prewarmed. */
const prewarmMs = 1_000;

/** What the background work on containers must know of the workers and the queue. */
export interface ContainerUpkeep {
  /** Whether all slots of this process have a run. */
  busy(): boolean;
  /** The environments whose next run could start now, in the order of the queue. */
  waiting(): Promise<readonly Environment[]>;
}

/** Ends browser sessions whose run has ended, and prewarms the containers of waiting runs. */
export function startContainerUpkeep(
  deps: {
    sessions: Sessions;
    /** Prepares the container of an environment. The caller holds `mftf_execution_env_{id}`. */
    prewarm(environment: Environment, signal: AbortSignal): Promise<void>;
    locks: LockStore;
    log: Logger;
  },
  { busy, waiting }: ContainerUpkeep,
): Service[] {
  const { sessions, prewarm, locks, log } = deps;
  return [
    runPeriodically(sessions.endLeftover, leftoverSessionsMs),
    startPrewarming({ busy, waiting, prewarm, locks, log, everyMs: prewarmMs }),
  ];
}
