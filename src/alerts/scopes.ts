import type { Config } from '../config/config.ts';
import type { CheckContext } from '../doctor/check-context.ts';
import { temporaryFolder } from '../doctor/checks/disk-full.ts';
import { scheduleFails, scheduleOverdue } from '../doctor/checks/schedules.ts';
import { removeTemporaryContainers } from '../doctor/probes/temporary-container.ts';
import { findingsOf } from '../doctor/run-checks.ts';
import type { Environment } from '../model/environment.ts';
import type { AlertQueries } from '../store/tables/alert-queries.ts';
import { type Alerts, installationScope } from '../store/tables/alerts.ts';
import { observeCertificates } from './observers/certificates.ts';
import { observeFindings, watchedChecks, watchedHostChecks } from './observers/doctor.ts';
import { observeDisk, observeEngine } from './observers/host.ts';
import {
  observeEnvironments,
  observeQueue,
  observeSchedules,
  observeWorkers,
} from './observers/installation.ts';
import type { WatchScope } from './watcher.ts';

/** What scopes need of the process. */
export interface WatchDependencies {
  config: Pick<Config, 'alerts' | 'doctor' | 'store'>;
  hostname: string;
  alerts: Pick<Alerts, 'openOf'>;
  queries: AlertQueries;
  /** For the checks of the doctor, without sign-ins, on all environments. */
  checkContext(): Promise<CheckContext>;
}

/** What only a process with workers can ask. */
export interface ContainerWatchDependencies extends WatchDependencies {
  engineAnswers(): Promise<unknown>;
  /** When the certificate of a shop ends, asked from its container, else from this host. */
  certificateEnd(environment: Pick<Environment, 'id' | 'baseUrl'>): Promise<Date | undefined>;
}

const minute = 60_000;
/** Queries, and two statements to the file system. */
const quickMs = minute;
/** Requests to all shops, some at a time. */
const slowMs = 10 * minute;
const certificatesEveryMs = 60 * minute;
/** After the first start: the engine and the shops may still be starting. */
const firstSlowMs = 5 * minute;

/** What every process can watch: what the database knows, and the disk of its data folder. */
export function storeScopes(
  deps: WatchDependencies & {
    /** The id of the data folder, which processes may share. */
    folderId: string;
  },
): WatchScope[] {
  const { config, hostname: host, folderId, alerts, queries, checkContext } = deps;
  const { everyMs } = config.alerts;
  return [
    {
      scope: installationScope,
      everyMs,
      firstMs: everyMs,
      maxMs: quickMs,
      async observe() {
        const context = await checkContext();
        const workers = await context.workers.list();
        const open = await alerts.openOf('worker-lost');
        const findings = [
          ...(await findingsOf(scheduleOverdue, context)),
          ...(await findingsOf(scheduleFails, context)),
        ];
        return [
          observeWorkers(workers, { open, now: new Date() }),
          observeSchedules(await queries.fruitlessSchedules(), findings),
          await observeEnvironments(queries, config.alerts),
          await observeQueue({ queries, workers }, config.alerts),
        ];
      },
    },
    {
      scope: `data/${folderId}`,
      everyMs,
      firstMs: everyMs,
      maxMs: quickMs,
      observe: async () => [await observeDisk({ folder: config.store.dataFolder, source: folderId, host })],
    },
  ];
}

/** What a process with workers can watch: the engine of its host, the shops, and what the doctor finds. */
export function containerScopes(deps: ContainerWatchDependencies): WatchScope[] {
  const { config, hostname: host, queries, checkContext, engineAnswers, certificateEnd } = deps;
  const { everyMs, certificateMs, doctorMs } = config.alerts;
  const { timeoutMs } = config.doctor;
  const doctor = (scope: string, checks: typeof watchedChecks, only?: string): WatchScope => ({
    scope,
    everyMs: doctorMs === 0 ? certificatesEveryMs : doctorMs,
    firstMs: Math.min(firstSlowMs, doctorMs === 0 ? certificatesEveryMs : doctorMs),
    maxMs: slowMs,
    async observe(signal) {
      if (doctorMs === 0) return [];
      const context = withoutInspections(await checkContext());
      try {
        return await observeFindings(checks, context, { signal, ...(only !== undefined && { host: only }) });
      } finally {
        await removeTemporaryContainers(context);
      }
    },
  });
  return [
    {
      scope: `host/${host}`,
      everyMs,
      firstMs: everyMs,
      maxMs: Math.max(quickMs, 2 * timeoutMs),
      async observe() {
        const folder = await temporaryFolder(config.store.dataFolder);
        return [
          await observeEngine({ host, timeoutMs, engineAnswers }),
          ...(folder === undefined ? [] : [await observeDisk({ folder, source: host, host })]),
        ];
      },
    },
    {
      scope: 'certificates',
      everyMs: Math.max(everyMs, certificatesEveryMs),
      firstMs: firstSlowMs,
      maxMs: slowMs,
      async observe(signal) {
        const { environments: shops } = await checkContext();
        const limits = { limitMs: certificateMs, now: new Date(), signal };
        return [await observeCertificates({ shops, queries, certificateEnd }, limits)];
      },
    },
    doctor('doctor', watchedChecks),
    doctor(`doctor/${host}`, watchedHostChecks, host),
  ];
}

/**
 * The checks need to know which container an environment has, not what is in it: inspecting each would start a process in each, while
 * its tests run.
 */
function withoutInspections(context: CheckContext): CheckContext {
  const { environments, containers, inspections } = context;
  const byId = new Map(environments.map((environment) => [environment.id, environment]));
  inspections.containers = containers().then(async ({ pool }) =>
    (await pool.list()).flatMap((container) => {
      const environment = byId.get(container.environmentId);
      return environment
        ? [{ ...container, environment, problem: undefined, processes: [], leftTokens: [] }]
        : [];
    }),
  );
  inspections.containers.catch(() => undefined);
  return context;
}
