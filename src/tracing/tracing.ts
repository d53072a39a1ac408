import { AsyncLocalStorage } from 'node:async_hooks';
import { runPeriodically } from '../async/interval.ts';
import type { TracingConfig } from '../config/config.ts';
import { toFault } from '../faults/fault.ts';
import type { Logger } from '../log.ts';
import type { Database } from '../store/database/database.ts';
import { createAttempts } from '../store/tables/attempts.ts';
import { readInstallation } from '../store/tables/settings.ts';
import { createTraces } from '../store/tables/traces.ts';
import type { Outcome, Runner } from '../worker/runner.ts';
import { type AttemptTrace, createAttemptTrace } from './attempt.ts';
import { openExporter } from './exporter.ts';
import { emitFinished } from './finished.ts';
import { type Attributes, type Emit, traceOf } from './span.ts';

/** Between looks for runs that are finished. */
const everyMs = 2_000;
/** How many of them are taken at once. */
const atOnce = 50;

/** How a method is told of: as a part of that name, with what its result says of it. */
// biome-ignore lint/suspicious/noExplicitAny: the result is that of the method
type Told = string | { name: string; tell(result: any): Attributes };

/** Times the methods that are named when they are called for a run; any other call goes straight through. */
export type Watch = <Parts extends object>(parts: Parts, methods: { [Name in keyof Parts]?: Told }) => Parts;

/** Without traces: nothing is watched. */
export const unwatched: Watch = (parts) => parts;

export interface Tracing {
  /** The same runner, told of. */
  traced(runner: Runner): Runner;
  watch: Watch;
  /** Until then nothing is told. Never rejects because of the collector. `stop` sends what is left, within seconds. */
  start(): Promise<{ stop(): Promise<void> }>;
}

/**
 * Traces of runs for an OpenTelemetry collector. What happens is seen from the outside: what runners say to their recorders,
 * when parts that runners use begin and end, and what the database says of finished runs. A trace is never waited for.
 */
export function createTracing(deps: { config: TracingConfig; database: Database; log: Logger }): Tracing {
  const { config, database, log } = deps;
  const traces = createTraces({ database });
  const attempts = createAttempts({ database });
  const under = new AsyncLocalStorage<AttemptTrace>();
  let started: { emit: Emit; installation: string } | undefined;

  /** `undefined` when nothing is to be told of this attempt. */
  async function traceAttempt(job: Parameters<Runner>[0]): Promise<AttemptTrace | undefined> {
    if (!started) return undefined;
    const { emit, installation } = started;
    try {
      const parent = await traces.parentOf(job.run.id);
      if (parent?.sampled === false) return undefined;
      return createAttemptTrace(job, traceOf(installation, job.run.id, parent), emit);
    } catch (error) {
      log.debug({ err: error, run: job.run.id }, 'An attempt is not traced');
      return undefined;
    }
  }

  async function recordFinished(emit: Emit, installation: string): Promise<void> {
    try {
      for (;;) {
        const finished = await traces.takeFinished(atOnce);
        for (const { run, traceParent } of finished) {
          if (traceParent?.sampled === false) continue;
          emitFinished(run, await attempts.list(run.id), traceOf(installation, run.id, traceParent), emit);
        }
        if (finished.length < atOnce) return;
      }
    } catch (error) {
      log.debug({ code: toFault(error).code }, 'Finished runs could not be looked for');
    }
  }

  return {
    traced: (runner) => async (job) => {
      const attempt = await traceAttempt(job);
      if (!attempt) return runner(job);
      let outcome: Outcome;
      try {
        outcome = await under.run(attempt, () => runner({ ...job, record: attempt.record }));
      } catch (error) {
        attempt.ended({ error });
        throw error;
      }
      attempt.ended({ outcome });
      return outcome;
    },

    watch(parts, methods) {
      const calls = parts as Record<string, (...given: unknown[]) => Promise<unknown>>;
      const watched = { ...calls };
      for (const [method, told] of Object.entries(methods) as [string, Told][]) {
        const call = calls[method] as (typeof calls)[string];
        const { name, tell } = typeof told === 'string' ? { name: told, tell: undefined } : told;
        watched[method] = (...given: unknown[]) => {
          const attempt = under.getStore();
          return attempt ? attempt.part(name, () => call(...given), tell) : call(...given);
        };
      }
      return watched as typeof parts;
    },

    async start() {
      const { emit, close } = await openExporter(config, log);
      const installation = await readInstallation(database);
      started = { emit, installation };
      const finished = runPeriodically(() => recordFinished(emit, installation), everyMs);
      return {
        async stop() {
          started = undefined;
          await finished.stop();
          await recordFinished(emit, installation);
          await close();
        },
      };
    },
  };
}
