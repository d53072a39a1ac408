import { AsyncLocalStorage } from 'node:async_hooks';
import { runPeriodically, type Service } from '../async/interval.ts';
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

/** Between queries for finished runs. */
const everyMs = 2_000;
/** How many finished runs are read at once. */
const batchSize = 50;

/** How a method is traced: the name of its span, and attributes from its result. */
// biome-ignore lint/suspicious/noExplicitAny: the result is that of the method
type TracedMethod = string | { name: string; describe(result: any): Attributes };

/** Wraps the named methods, so that calls for a run get a span; other calls are passed through. */
export type Watch = <Parts extends object>(
  parts: Parts,
  methods: { [Name in keyof Parts]?: TracedMethod },
) => Parts;

/** Without traces: returns the object unchanged. */
export const unwatched: Watch = (parts) => parts;

export interface Tracing {
  /** The same runner, with spans for its attempts. */
  traced(runner: Runner): Runner;
  watch: Watch;
  /** Starts to emit spans. Never rejects because of the collector. `stop` sends the remaining spans, within seconds. */
  start(): Promise<Service>;
}

/**
 * Traces runs for an OpenTelemetry collector. Runs are observed from the outside: the calls of runners to their recorders, the start
 * and end of calls to parts that runners use, and finished runs in the database. No run ever waits for a trace.
 */
export function createTracing(deps: { config: TracingConfig; database: Database; log: Logger }): Tracing {
  const { config, database, log } = deps;
  const traces = createTraces({ database });
  const attempts = createAttempts({ database });
  const currentAttempt = new AsyncLocalStorage<AttemptTrace>();
  let started: { emit: Emit; installation: string } | undefined;

  /** The trace of an attempt; `undefined` when it is not traced. */
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
        const finished = await traces.takeFinished(batchSize);
        for (const { run, traceParent } of finished) {
          if (traceParent?.sampled === false) continue;
          emitFinished(run, await attempts.list(run.id), traceOf(installation, run.id, traceParent), emit);
        }
        if (finished.length < batchSize) return;
      }
    } catch (error) {
      log.debug({ code: toFault(error).code }, 'Finished runs could not be read');
    }
  }

  return {
    traced: (runner) => async (job) => {
      const attempt = await traceAttempt(job);
      if (!attempt) return runner(job);
      let outcome: Outcome;
      try {
        outcome = await currentAttempt.run(attempt, () => runner({ ...job, record: attempt.record }));
      } catch (error) {
        attempt.ended({ error });
        throw error;
      }
      attempt.ended({ outcome });
      return outcome;
    },

    watch(parts, methods) {
      const calls = parts as Record<string, (...parameters: unknown[]) => Promise<unknown>>;
      const wrapped = { ...calls };
      for (const [method, traced] of Object.entries(methods) as [string, TracedMethod][]) {
        const call = calls[method] as (typeof calls)[string];
        const { name, describe } =
          typeof traced === 'string' ? { name: traced, describe: undefined } : traced;
        wrapped[method] = (...parameters: unknown[]) => {
          const attempt = currentAttempt.getStore();
          return attempt ? attempt.part(name, () => call(...parameters), describe) : call(...parameters);
        };
      }
      return wrapped as typeof parts;
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
