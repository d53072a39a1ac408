import type { Installation } from './installation.ts';
import type { Random } from './random.ts';
import { pause } from './stores.ts';

/** The number of queued runs of each environment. */
const backlog = 2;

export interface Load {
  /** Stops submitting. */
  stop(): Promise<void>;
}

/** Keeps runs queued on every environment. */
export function startLoad(installation: Installation, random: Random): Load {
  let isStopped = false;

  async function fillQueues(): Promise<void> {
    const queued = await installation.queued();
    for (const environment of installation.environments) {
      if (queued.filter((id) => id === environment.id).length >= backlog) continue;
      await installation.submit(environment, random);
    }
  }

  const working = (async () => {
    while (!isStopped) {
      // While the database is unreachable nothing is acknowledged.
      await fillQueues().catch(() => {});
      await pause(400);
    }
  })();
  return {
    async stop() {
      isStopped = true;
      await working;
    },
  };
}
