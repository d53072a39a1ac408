import { lockNames } from '../../locks/lock.ts';
import { createDiagnosis, type StuckQueue } from '../../store/tables/diagnosis.ts';
import { type Finding, problem, problemsOrOk, type QuickCheck, type QuickContext } from '../check.ts';

/** Workers read the queue every five seconds, check for expired leases every second, and are woken for each new run. */
const stuckAfterS = 30;

/** Runs that could be executed, and that no worker executes. */
export const queueStuck: QuickCheck = {
  name: 'queue-stuck',
  labels: { subject: 'the queue', ok: 'the queue moves', problem: 'the queue is stuck' },
  description:
    'runs that do not start although a worker is idle, with what blocks them, and runs whose lease expired without being requeued',
  symptoms: [
    'the queue does not move',
    'a run waits although its environment is free',
    'a run stays in state running after its worker died',
  ],
  codes: ['QUEUE_STUCK'],

  async run(context) {
    const live = (await context.workers.list()).filter(({ alive, stopping }) => alive && !stopping);
    const slots = live.reduce((sum, worker) => sum + worker.slots, 0);
    // Locks before runs: a run releases its lock before it is over.
    const holders = await readLockHolders(context);
    const diagnosis = createDiagnosis(context);
    const running = await diagnosis.runningRuns();
    const waiting = await diagnosis.stuckQueues(stuckAfterS);
    const problems = expiredLeases(await diagnosis.expiredLeases(stuckAfterS), live.length > 0);
    // Other checks report missing workers, and a reason for which all workers wait.
    const isIdle = live.length > 0 && running < slots && live.every(({ waitsFor }) => waitsFor === undefined);
    if (isIdle && waiting.length > 0) {
      const explained = waiting.map((queue) => explain(queue, holders));
      problems.push(...explained.filter((finding) => finding !== undefined));
      const unexplained = waiting.filter((_, index) => explained[index] === undefined);
      if (unexplained.length > 0)
        problems.push(reportUnexplained(unexplained, { idle: slots - running, slots }));
    }
    return problemsOrOk(
      problems,
      `${running} of ${slots} worker slots are busy, and no run waits without a reason.`,
    );
  },
};

type LockHolders = Map<string, { owner: string; since: Date }>;

/** By lock name. Another check reports a lock store that does not respond. */
async function readLockHolders({ locks }: Pick<QuickContext, 'locks'>): Promise<LockHolders> {
  const heldLocks = await locks.list().catch(() => []);
  return new Map(heldLocks.map(({ name, owner, since }) => [name, { owner, since }]));
}

/** What blocks the claim of a run; `undefined` when that is unknown. */
function explain(
  { environmentId, code, head, blocker }: StuckQueue,
  holders: LockHolders,
): Finding | undefined {
  const about = `run ${head}`;
  const name = lockNames.environment(environmentId);
  const holder = holders.get(name);
  if (holder) {
    const message = `Run ${head} waits for ${code}: no run of this installation executes there, but ${holder.owner} holds ${name} since ${holder.since.toISOString()}.`;
    const remedy = `matre locks release ${name}, if its holder no longer exists; if the holder is another installation, give one of the two its own Redis database (LOCK_DSN=redis://host:6379/1).`;
    return problem('QUEUE_STUCK', message, { about, remedy });
  }
  if (blocker === undefined) return undefined;
  const message = `Run ${head} waits for ${code}: a PostgreSQL session (${blocker.session}, process ${blocker.pid}) has locked rows of environments for ${blocker.heldSeconds} s.`;
  const remedy = `Commit or close that session, or: SELECT pg_terminate_backend(${blocker.pid});`;
  return problem('QUEUE_STUCK', message, { about, remedy });
}

/** A worker that hangs counts as alive until it has missed its heartbeats. */
function reportUnexplained(waiting: StuckQueue[], { idle, slots }: { idle: number; slots: number }): Finding {
  const oldest = waiting[0]?.head;
  return problem(
    'QUEUE_STUCK',
    `${waiting.length} environments are free and have queued runs (run ${oldest} waits longest), while ${idle} of ${slots} worker slots are idle.`,
    { about: `run ${oldest}` },
  );
}

/** Running runs without a valid lease. Every worker requeues them, so there is no worker, or none can write to the database. */
function expiredLeases(expired: readonly { id: number; seconds: number }[], hasWorkers: boolean): Finding[] {
  const remedy = hasWorkers
    ? 'Check the log of the workers for warnings about expired runs, and restart them.'
    : 'Start a worker (matre worker, or matre up): it requeues the run, and the open tests are executed.';
  return expired.map(({ id, seconds }) =>
    problem(
      'QUEUE_STUCK',
      `The lease of run ${id} expired ${seconds} s ago, and no worker has requeued it.`,
      {
        about: `run ${id}`,
        remedy,
      },
    ),
  );
}
