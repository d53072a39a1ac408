import { lockNames } from '../../locks/lock.ts';
import { createDiagnosis, type StuckQueue } from '../../store/tables/diagnosis.ts';
import { type Check, type Finding, orOk, problem } from '../check.ts';
import type { CheckContext } from '../check-context.ts';

/** Workers look into the queue every five seconds and for ended leases every second, and are woken for each new run. */
const stuckAfterS = 30;

/** Runs that could be executed, and nobody does. */
export const queueStuck: Check = {
  name: 'queue-stuck',
  description:
    'runs that could start and do not although a worker is idle, what keeps them, and runs whose lease ended without anybody noticing',
  symptoms: [
    'the queue does not move',
    'a run waits though its environment is free',
    'a run hangs in running after its worker died',
  ],
  codes: ['QUEUE_STUCK'],

  async look(checkContext) {
    const live = (await checkContext.workers.list()).filter(({ alive, stopping }) => alive && !stopping);
    const slots = live.reduce((sum, worker) => sum + worker.slots, 0);
    // In this order: a lock that is held by a run is given back before the run is over.
    const held = await lockHolders(checkContext);
    const diagnosis = createDiagnosis(checkContext);
    const running = await diagnosis.runningRuns();
    const waiting = await diagnosis.stuckQueues(stuckAfterS);
    const problems = expiredLeases(await diagnosis.expiredLeases(stuckAfterS), live.length > 0);
    // Without any worker it is those that are missing, and with a reason to wait that reason is told elsewhere.
    const idle = live.length > 0 && running < slots && live.every(({ waitsFor }) => waitsFor === undefined);
    if (idle && waiting.length > 0) {
      const explained = waiting.map((each) => explain(each, held));
      problems.push(...explained.filter((finding) => finding !== undefined));
      const others = waiting.filter((_, index) => explained[index] === undefined);
      if (others.length > 0) problems.push(unexplained(others, { idle: slots - running, slots }));
    }
    return orOk(problems, `${running} of ${slots} slots are busy, and no run waits without a reason.`);
  },
};

type Holders = Map<string, { owner: string; since: Date }>;

/** By the name of the lock. A store that does not answer is told by another check. */
async function lockHolders({ locks }: CheckContext): Promise<Holders> {
  const held = await locks.list().catch(() => []);
  return new Map(held.map(({ name, owner, since }) => [name, { owner, since }]));
}

/** What keeps a run from being claimed, where that is known. */
function explain({ environmentId, code, head, blocker }: StuckQueue, held: Holders): Finding | undefined {
  const about = `run ${head}`;
  const name = lockNames.environment(environmentId);
  const holder = held.get(name);
  if (holder) {
    const message = `Run ${head} waits on ${code}: no run of this installation executes there, but ${holder.owner} holds ${name} since ${holder.since.toISOString()}.`;
    const remedy = `matre locks release ${name}, if its holder is gone; if it is another installation, one of the two needs a database of Redis of its own (LOCK_DSN=redis://host:6379/1).`;
    return problem('QUEUE_STUCK', message, { about, remedy });
  }
  if (blocker === undefined) return undefined;
  const message = `Run ${head} waits on ${code}: a session of PostgreSQL (${blocker.session}, process ${blocker.pid}) has locked rows of environments for ${blocker.heldSeconds} s.`;
  const remedy = `Commit or close that session, or: SELECT pg_terminate_backend(${blocker.pid});`;
  return problem('QUEUE_STUCK', message, { about, remedy });
}

/** A worker that hangs is taken for alive until it has missed its beats. */
function unexplained(waiting: StuckQueue[], { idle, slots }: { idle: number; slots: number }): Finding {
  const oldest = waiting[0]?.head;
  return problem(
    'QUEUE_STUCK',
    `${waiting.length} environments are free and have runs that wait (run ${oldest} the longest), while ${idle} of ${slots} slots are idle.`,
    { about: `run ${oldest}` },
  );
}

/** Runs that nobody holds any more. Every worker looks for them, so there is none, or it cannot write. */
function expiredLeases(expired: readonly { id: number; seconds: number }[], isLive: boolean): Finding[] {
  const remedy = isLive
    ? 'Look at the log of the workers (Expired runs could not be requeued), and restart them.'
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
