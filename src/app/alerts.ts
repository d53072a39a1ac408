import { createHeartbeat } from '../alerts/heartbeat.ts';
import { certificateEndFromHost } from '../alerts/observers/certificate-end.ts';
import {
  type ContainerWatchDependencies,
  containerScopes,
  storeScopes,
  type WatchDependencies,
} from '../alerts/scopes.ts';
import { startWatcher } from '../alerts/watcher.ts';
import { dataFolderId } from '../artifacts/data-folder.ts';
import type { Service } from '../async/interval.ts';
import { limitsOf } from '../doctor/limits.ts';
import type { Environment } from '../model/environment.ts';
import type { Context } from '../operations/core/context.ts';
import { createCheckContext } from '../operations/system/check-context.ts';
import { createAlertQueries } from '../store/tables/alert-queries.ts';
import type { ContainerParts } from './containers/containers.ts';

/** A service that does not answer must not hold up the next request. */
const heartbeatTimeoutMs = 10_000;

/** Starts to look for alerts that the database and the disk of the data folder tell of. */
export function startStoreWatcher(context: Context, hostname: string): Service {
  const { alerts, config, log } = context;
  const { heartbeatUrl } = config.alerts;
  const request = (url: string) =>
    context.outgoing.http.request(url, { method: 'GET', headers: {}, timeoutMs: heartbeatTimeoutMs });
  return startWatcher({
    alerts,
    log,
    everyMs: config.alerts.everyMs,
    ...(heartbeatUrl !== undefined && {
      onWatched: createHeartbeat({ request: () => request(heartbeatUrl), log }),
    }),
    async scopes() {
      // A full disk has no room for the file.
      const folderId = await dataFolderId(config.store.dataFolder).catch(() => hostname);
      return storeScopes({ ...watchDependencies(context, hostname), folderId });
    },
  });
}

/** Starts to look for alerts about the engine, the shops and what the doctor finds. */
export function startContainerWatcher(
  context: Context,
  hostname: string,
  { engineAnswers }: Pick<ContainerParts, 'engineAnswers'>,
): Service {
  const { alerts, config, log } = context;
  const deps: ContainerWatchDependencies = {
    ...watchDependencies(context, hostname),
    engineAnswers,
    certificateEnd: (environment) => certificateEnd(context, environment),
  };
  const { everyMs } = config.alerts;
  return startWatcher({ alerts, log, everyMs, scopes: async () => containerScopes(deps) });
}

function watchDependencies(context: Context, hostname: string): WatchDependencies {
  const { alerts, config, database, environments } = context;
  return {
    config,
    hostname,
    alerts,
    queries: createAlertQueries({ database }),
    async checkContext() {
      return createCheckContext(context, { environments: await environments.list(), maySignIn: false });
    },
  };
}

/** Asked from the container of the environment, where the names and the network are those of its tests, else from this host. */
async function certificateEnd(
  context: Context,
  { id, baseUrl }: Pick<Environment, 'id' | 'baseUrl'>,
): Promise<Date | undefined> {
  const { shopMs, containerSeconds } = limitsOf(context.config);
  const fromContainer = async () => {
    const { pool, fetchInside } = await context.containersContext();
    const own = (await pool.list()).find(
      ({ environmentId, state, stale }) => environmentId === id && state === 'running' && stale === undefined,
    );
    const request = { url: baseUrl, seconds: containerSeconds };
    return own && (await fetchInside(own.name, [request])).get(baseUrl)?.certificateEnd;
  };
  const end = await fromContainer().catch(() => undefined);
  return end ?? certificateEndFromHost(baseUrl, { timeoutMs: shopMs });
}
