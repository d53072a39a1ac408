import type { Reservation } from './reservation.ts';
import { admits, type Occupation, type Waiting, type WorkerPool } from './waiting.ts';

/** What a simulation of the queues says. */
export interface Forecast {
  /** When each run will probably start, by id. */
  starts: Map<number, Date>;
  /** When each reservation that has not begun will probably begin, by id. */
  begins: Map<number, Date>;
}

const never = Number.POSITIVE_INFINITY;

/**
 * Simulates the queues: environments and workers become free when their runs have taken as long as usual, each queue is processed in
 * its order, and reservations keep runs waiting. A run is missing when its start cannot be known: its environment is paused, or a run
 * before it has no expected duration; also when it will be cancelled, because it would start too late.
 */
export function forecastQueues(
  queue: readonly Waiting[],
  environments: ReadonlyMap<number, Occupation>,
  workers: WorkerPool,
  now: Date,
): Forecast {
  const starts = new Map<number, Date>();
  const ends = new Map(queue.map(({ id }) => [id, never]));
  const calendars = new Map(
    [...environments].map(([id, environment]) => [id, createCalendar(environment, ends, now)]),
  );
  const busySlots: number[] = [];
  for (const { running } of environments.values())
    if (running) busySlots.push(now.getTime() + (running.msLeft ?? never));
  const idleSlots = Array.from({ length: Math.max(0, workers.slots - busySlots.length) }, () =>
    now.getTime(),
  );
  const slots = [...idleSlots, ...busySlots].sort((one, other) => one - other).slice(0, workers.slots);

  for (const run of workers.slots === 0 ? [] : queue) {
    const { id, environmentId, retryAt, expectedMs } = run;
    const calendar = calendars.get(environmentId) ?? createCalendar(undefined, ends, now);
    calendars.set(environmentId, calendar);
    const earliest = calendar.earliestFor(run, retryAt?.getTime() ?? 0);
    // The slot that became free last before that time, else the first that becomes free.
    const readyIndex = slots.findLastIndex((at) => at <= earliest);
    const [slotFreeAt = never] = slots.splice(Math.max(0, readyIndex), 1);
    const start = calendar.earliestFor(run, Math.max(earliest, slotFreeAt));
    if (run.startedAt === undefined && start > (run.startBy?.getTime() ?? never)) {
      calendar.cancel(run);
      slots.push(slotFreeAt);
    } else {
      if (start < never) starts.set(id, new Date(start));
      const end = start + (expectedMs ?? never);
      calendar.execute(run, end);
      // A run without a known start takes no slot from the others.
      slots.push(start < never ? end : slotFreeAt);
    }
    slots.sort((one, other) => one - other);
  }
  return { starts, begins: new Map([...calendars.values()].flatMap((calendar) => calendar.begins())) };
}

/** The simulated future of an environment. */
interface Calendar {
  /** The first time from `from` on at which the run could start; reservations that begin before are passed. */
  earliestFor(run: Waiting, from: number): number;
  execute(run: Waiting, end: number): void;
  cancel(run: Waiting): void;
  /** The begins of the reservations, after the last run. */
  begins(): [number, Date][];
}

/** `ends`: those of the runs that are not finished, by id. A run that is not in it is finished. */
function createCalendar(environment: Occupation | undefined, ends: Map<number, number>, now: Date): Calendar {
  const { paused, running, reservations = [] } = environment ?? {};
  let freeAt = running ? now.getTime() + (running.msLeft ?? never) : now.getTime();
  if (running) ends.set(running.id, freeAt);
  const upcoming = [...reservations];
  const begins: [number, Date][] = [];

  function dueAt({ state, beginsAt, afterRun }: Reservation): number {
    if (state !== 'planned') return now.getTime();
    return Math.max(beginsAt.getTime(), afterRun === undefined ? 0 : (ends.get(afterRun) ?? 0));
  }

  /** Lets the first reservation begin that is due at a time; returns its end. `undefined`: none is due. */
  function pass(at: number, run?: Waiting): number | undefined {
    const host = run && upcoming.find((each) => admits(each, run));
    if (host && at < (host.endsAt?.getTime() ?? never)) return undefined;
    const next = upcoming.find((each) => dueAt(each) <= at);
    if (next === undefined) return undefined;
    upcoming.splice(upcoming.indexOf(next), 1);
    const begin = Math.max(dueAt(next), freeAt);
    const end = next.endsAt?.getTime() ?? begin + (next.durationMs ?? 0);
    // It is cancelled when it cannot begin in time.
    if (begin >= end || begin === never) return at;
    if (next.state !== 'active') begins.push([next.id, new Date(begin)]);
    freeAt = Math.max(freeAt, end);
    return end;
  }

  return {
    earliestFor(run, from) {
      let at = Math.max(freeAt, from);
      for (let end = pass(at, run); end !== undefined; end = pass(at, run)) at = Math.max(at, end);
      return paused === undefined ? at : never;
    },
    execute({ id }, end) {
      if (paused === undefined) freeAt = end;
      ends.set(id, end);
    },
    cancel({ id, startBy }) {
      ends.set(id, startBy?.getTime() ?? never);
    },
    begins() {
      for (const each of [...upcoming].sort((one, other) => dueAt(one) - dueAt(other)))
        if (dueAt(each) < never) pass(dueAt(each));
      return begins;
    },
  };
}
