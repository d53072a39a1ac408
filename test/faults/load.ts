import type { Installation } from './installation.ts';
import type { Random } from './random.ts';
import { pause } from './stores.ts';

/** How many runs wait in front of each environment. */
const backlog = 2;

export interface Load {
  /** Submits nothing more. */
  stop(): Promise<void>;
}

/** Keeps runs waiting in front of every environment. */
export function startLoad(installation: Installation, random: Random): Load {
  let stopped = false;

  async function topUp(): Promise<void> {
    const queued = await installation.queued();
    for (const environment of installation.environments) {
      if (queued.filter((id) => id === environment.id).length >= backlog) continue;
      await installation.submit(environment, random);
    }
  }

  const working = (async () => {
    while (!stopped) {
      // While the database is away nothing is acknowledged.
      await topUp().catch(() => {});
      await pause(400);
    }
  })();
  return {
    async stop() {
      stopped = true;
      await working;
    },
  };
}
