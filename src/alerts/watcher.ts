import { runPeriodically, type Service } from '../async/interval.ts';
import { createOutageLog } from '../async/outage-log.ts';
import { memoize } from '../async/single-flight.ts';
import { untilAborted } from '../async/until-aborted.ts';
import { toFault } from '../faults/fault.ts';
import type { Logger } from '../log.ts';
import type { AlertObservation } from '../model/alert.ts';
import {
  type Alerts,
  installationScope,
  type RecordedAlerts,
  type WatchClaim,
} from '../store/tables/alerts.ts';
import { decideTransitions } from './transitions.ts';

/** What one process at a time watches: the installation, a host, the certificates, the findings of the doctor. */
export interface WatchScope {
  /** Its name in the database: `installation`, or `host/worker-1`. */
  scope: string;
  everyMs: number;
  /** After the first start of the installation; after a restart it is due as before. */
  firstMs: number;
  /** How long it may take. Another process takes over the scope of one that died after this time. */
  maxMs: number;
  /** Errors are those of the database: then nothing begins or ends. `signal` aborts at the end of `maxMs`, less a reserve. */
  observe(signal: AbortSignal): Promise<AlertObservation[]>;
}

/** For writing what was observed. */
const reserveMs = 10_000;
/** How often a process looks for scopes that are due: twice within the time between two observations, within these bounds. */
const maxPollMs = 5_000;
const minPollMs = 100;

/**
 * Watches these scopes, one after the other: each is claimed in the database when it is due, so any number of processes may watch the
 * same scopes, and one that dies is replaced after `maxMs`. Alerts begin and end in the transaction of the claim.
 */
export function startWatcher(deps: {
  alerts: Pick<Alerts, 'claim' | 'release' | 'record' | 'endUnwatched'>;
  /** Called once; again after an error. */
  scopes(): Promise<readonly WatchScope[]>;
  /** The shortest time between two observations. */
  everyMs: number;
  /** Called after each look at the installation. */
  onWatched?(): void;
  log: Logger;
}): Service {
  const { alerts, everyMs, log } = deps;
  const readScopes = memoize(deps.scopes);
  const outage = createOutageLog({
    onBegin: (error) => {
      const { code, message } = toFault(error);
      log.warn({ code, reason: message }, 'Alerts cannot be looked for; retrying');
    },
    onEnd: () => log.info('Alerts are looked for again'),
  });
  const pollMs = Math.max(minPollMs, Math.min(maxPollMs, everyMs / 2));
  return runPeriodically(async (stop) => {
    try {
      const scopes = await readScopes();
      const claims = scopes.map(({ scope, maxMs, firstMs }) => ({ scope, leaseMs: maxMs, firstMs }));
      for (;;) {
        const claim = stop.aborted ? undefined : await alerts.claim(claims);
        const scope = scopes.find((each) => each.scope === claim?.scope);
        if (claim === undefined || scope === undefined) break;
        await watch(scope, claim, stop);
      }
      outage.succeeded();
    } catch (error) {
      outage.failed(error);
    }
  }, pollMs);

  async function watch(
    { everyMs, maxMs, observe }: WatchScope,
    claim: WatchClaim,
    stop: AbortSignal,
  ): Promise<void> {
    const late = AbortSignal.timeout(Math.max(maxMs / 2, maxMs - reserveMs));
    const signal = AbortSignal.any([late, stop]);
    let observations: AlertObservation[];
    try {
      observations = await untilAborted(observe(signal), signal);
    } catch (error) {
      // What waits for a shop must not hold up the end of the process, and another one can look at once.
      if (stop.aborted) return alerts.release(claim);
      // Late: the next claim looks again.
      if (late.aborted) return;
      throw error;
    }
    const recorded = await alerts.record(claim, observations, { decide: decideTransitions, everyMs });
    report(recorded);
    if (claim.scope !== installationScope) return;
    report(await alerts.endUnwatched());
    deps.onWatched?.();
  }

  function report(recorded: RecordedAlerts | undefined): void {
    for (const { id, kind, subject, message } of recorded?.began ?? []) {
      log.warn({ alert: id, kind, subject, reason: message }, 'An alert began');
    }
    for (const { id, kind, subject } of recorded?.ended ?? []) {
      log.info({ alert: id, kind, subject }, 'An alert ended');
    }
  }
}
