import type { Random } from './random.ts';
import { pause, type World } from './world.ts';

/** How many runs wait in front of each environment. */
const backlog = 2;

export interface Load {
  /** Runs that were acknowledged, in the order of their submission. */
  acknowledged: number[];
  /** Submits nothing more. */
  stop(): Promise<void>;
}

/** Keeps runs waiting in front of every environment. */
export function startLoad(world: World, random: Random): Load {
  const acknowledged: number[] = [];
  let stopped = false;

  async function topUp(): Promise<void> {
    const waiting = await world.database.query<{ environment_id: number; count: number }>(
      `SELECT environment_id, count(*) AS count FROM run WHERE state = 'queued' GROUP BY environment_id`,
    );
    const counts = new Map(waiting.map((row) => [row.environment_id, row.count]));
    for (const environment of world.environments) {
      if ((counts.get(environment.id) ?? 0) >= backlog) continue;
      acknowledged.push(await world.submit(environment, random));
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
    acknowledged,
    async stop() {
      stopped = true;
      await working;
    },
  };
}
