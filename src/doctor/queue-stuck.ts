import { lostAfterMs } from '../store/workers.ts';
import { type Check, type Finding, orWell, problem } from './check.ts';

/** Workers look into the queue every five seconds, and are woken for each new run. */
const stuckAfterS = 60;

/** Runs that could be executed, and nobody does. */
export const queueStuck: Check = {
  name: 'queue-stuck',
  looksAt:
    'runs that could start and do not although a worker is idle, and runs whose lease ended without anybody noticing',
  seenAs: ['the queue does not move', 'a run hangs in running after its worker died'],
  codes: ['QUEUE_STUCK'],

  async look({ database, workers }) {
    const live = (await workers.list()).filter(
      ({ silentMs, stopping }) => silentMs < lostAfterMs && !stopping,
    );
    const slots = live.reduce((sum, worker) => sum + worker.slots, 0);
    const [runs] = await database.query<{ running: number; waiting: number; oldest: number | null }>(
      `SELECT
         (SELECT count(*) FROM run WHERE state = 'running') AS running,
         count(*) AS waiting, min(head_id) AS oldest
       FROM environment
       CROSS JOIN LATERAL (
         SELECT id AS head_id, queued_at, retry_at FROM run WHERE environment_id = environment.id AND state = 'queued'
         ORDER BY priority DESC, id LIMIT 1
       ) AS head
       WHERE removed_at IS NULL AND paused_at IS NULL
         AND coalesce(retry_at, queued_at) < now() - ${stuckAfterS} * interval '1 second'
         AND NOT EXISTS (SELECT FROM run WHERE environment_id = environment.id AND state = 'running')
         -- When a run of it ended lately, its turn has only just come.
         AND NOT EXISTS (
           SELECT FROM run WHERE environment_id = environment.id
             AND finished_at > now() - ${stuckAfterS} * interval '1 second'
         )`,
    );
    const expired = await database.query<{ id: number; seconds: number }>(
      `SELECT id, extract(epoch FROM now() - lease_until)::int AS seconds FROM run
       WHERE state = 'running' AND lease_until < now() - ${stuckAfterS} * interval '1 second' ORDER BY id`,
    );
    const problems: Finding[] = expired.map(({ id, seconds }) =>
      problem(
        'QUEUE_STUCK',
        `The lease of run ${id} ended ${seconds} s ago, and no worker has taken it back.`,
        {
          about: `run ${id}`,
        },
      ),
    );
    const { running = 0, waiting = 0, oldest } = runs ?? {};
    // Without any worker it is those that are missing, and with a reason to wait that reason is told elsewhere.
    const idle = live.length > 0 && running < slots && live.every(({ waitsFor }) => waitsFor === undefined);
    if (waiting > 0 && idle) {
      problems.push(
        problem(
          'QUEUE_STUCK',
          `${waiting} environments are free and have runs that wait (run ${oldest} the longest), while ${slots - running} of ${slots} slots are idle.`,
          { about: `run ${oldest}` },
        ),
      );
    }
    return orWell(problems, `${running} of ${slots} slots are busy, and no run waits without a reason.`);
  },
};
