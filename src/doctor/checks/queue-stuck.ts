import { lockNames } from '../../locks/lock.ts';
import { lostAfterMs } from '../../store/tables/workers.ts';
import { type Check, type Finding, orWell, problem } from '../check.ts';
import type { Examined } from '../check-context.ts';

/** Workers look into the queue every five seconds and for ended leases every second, and are woken for each new run. */
const stuckAfterS = 30;

/** Runs that could be executed, and nobody does. */
export const queueStuck: Check = {
  name: 'queue-stuck',
  looksAt:
    'runs that could start and do not although a worker is idle, what keeps them, and runs whose lease ended without anybody noticing',
  seenAs: [
    'the queue does not move',
    'a run waits though its environment is free',
    'a run hangs in running after its worker died',
  ],
  codes: ['QUEUE_STUCK'],

  async look(examined) {
    const live = (await examined.workers.list()).filter(
      ({ silentMs, stopping }) => silentMs < lostAfterMs && !stopping,
    );
    const slots = live.reduce((sum, worker) => sum + worker.slots, 0);
    // In this order: a lock that is held by a run is given back before the run is over.
    const held = await lockHolders(examined);
    const { running, waiting } = await readQueue(examined);
    const problems = await expiredLeases(examined, live.length > 0);
    // Without any worker it is those that are missing, and with a reason to wait that reason is told elsewhere.
    const idle = live.length > 0 && running < slots && live.every(({ waitsFor }) => waitsFor === undefined);
    if (idle && waiting.length > 0) {
      const explained = waiting.map((each) => explain(each, held));
      problems.push(...explained.filter((finding) => finding !== undefined));
      const others = waiting.filter((_, index) => explained[index] === undefined);
      if (others.length > 0) problems.push(unexplained(others, { idle: slots - running, slots }));
    }
    return orWell(problems, `${running} of ${slots} slots are busy, and no run waits without a reason.`);
  },
};

/** An environment that is free, and the head of its queue. */
interface Waiting {
  environment_id: number;
  code: string;
  head: number;
  /** The session of PostgreSQL that has locked rows of environments for the longest, if one has. */
  pid: number | null;
  session: string;
  held_s: number;
}

/**
 * Who locks rows of a table holds a lock of the table as well, which can be seen; which rows, only who tries to lock them would know,
 * and a claim would pass them by meanwhile. Our own transactions take milliseconds. Sessions of other users are told only to those
 * who may see them.
 */
async function readQueue({ database }: Examined): Promise<{ running: number; waiting: Waiting[] }> {
  const [runs] = await database.query<{ running: number }>(
    `SELECT count(*) AS running FROM run WHERE state = 'running'`,
  );
  const waiting = await database.query<Waiting>(
    `SELECT environment.id AS environment_id, code, head.id AS head, holder.pid,
       concat_ws(', ', nullif(application_name, ''), usename, holder.state) AS session,
       extract(epoch FROM now() - xact_start)::int AS held_s
     FROM environment
     CROSS JOIN LATERAL (
       SELECT id, queued_at, retry_at FROM run WHERE environment_id = environment.id AND state = 'queued'
       ORDER BY priority DESC, id LIMIT 1
     ) AS head
     LEFT JOIN (
       SELECT activity.* FROM pg_stat_activity AS activity
       WHERE xact_start < now() - interval '2 seconds' AND EXISTS (
         SELECT FROM pg_locks WHERE pg_locks.pid = activity.pid AND granted
           AND relation = 'environment'::regclass AND mode <> 'AccessShareLock'
       ) ORDER BY xact_start LIMIT 1
     ) AS holder ON true
     WHERE removed_at IS NULL AND paused_at IS NULL
       AND coalesce(retry_at, queued_at) < now() - ${stuckAfterS} * interval '1 second'
       AND NOT EXISTS (SELECT FROM run WHERE environment_id = environment.id AND state = 'running')
       -- When a run of it ended lately, its turn has only just come.
       AND NOT EXISTS (
         SELECT FROM run WHERE environment_id = environment.id
           AND finished_at > now() - ${stuckAfterS} * interval '1 second'
       )
     ORDER BY head.id`,
  );
  return { running: runs?.running ?? 0, waiting };
}

type Holders = Map<string, { owner: string; since: Date }>;

/** By the name of the lock. A store that does not answer is told by another check. */
async function lockHolders({ locks }: Examined): Promise<Holders> {
  const held = await locks.list().catch(() => []);
  return new Map(held.map(({ name, owner, since }) => [name, { owner, since }]));
}

/** What keeps a run from being claimed, where that is known. */
function explain({ environment_id, code, head, ...row }: Waiting, held: Holders): Finding | undefined {
  const about = `run ${head}`;
  const name = lockNames.environment(environment_id);
  const holder = held.get(name);
  if (holder) {
    const found = `Run ${head} waits on ${code}: no run of this installation executes there, but ${holder.owner} holds ${name} since ${holder.since.toISOString()}.`;
    const remedy = `matre locks release ${name}, if its holder is gone; if it is another installation, one of the two needs a database of Redis of its own (LOCK_DSN=redis://host:6379/1).`;
    return problem('QUEUE_STUCK', found, { about, remedy });
  }
  if (row.pid === null) return undefined;
  const found = `Run ${head} waits on ${code}: a session of PostgreSQL (${row.session}, process ${row.pid}) has locked rows of environments for ${row.held_s} s.`;
  const remedy = `Commit or close that session, or: SELECT pg_terminate_backend(${row.pid});`;
  return problem('QUEUE_STUCK', found, { about, remedy });
}

/** A worker that hangs is taken for alive until it has missed its beats. */
function unexplained(waiting: Waiting[], { idle, slots }: { idle: number; slots: number }): Finding {
  const oldest = waiting[0]?.head;
  return problem(
    'QUEUE_STUCK',
    `${waiting.length} environments are free and have runs that wait (run ${oldest} the longest), while ${idle} of ${slots} slots are idle.`,
    { about: `run ${oldest}` },
  );
}

/** Runs that nobody holds any more. Every worker looks for them, so there is none, or it cannot write. */
async function expiredLeases({ database }: Examined, isLive: boolean): Promise<Finding[]> {
  const expired = await database.query<{ id: number; seconds: number }>(
    `SELECT id, extract(epoch FROM now() - lease_until)::int AS seconds FROM run
     WHERE state = 'running' AND lease_until < now() - ${stuckAfterS} * interval '1 second' ORDER BY id`,
  );
  const remedy = isLive
    ? 'Look at the log of the workers (Expired runs could not be looked for), and restart them.'
    : 'Start a worker (matre worker, or matre up): it takes the run back and goes on with its open tests.';
  return expired.map(({ id, seconds }) =>
    problem(
      'QUEUE_STUCK',
      `The lease of run ${id} ended ${seconds} s ago, and no worker has taken it back.`,
      {
        about: `run ${id}`,
        remedy,
      },
    ),
  );
}
