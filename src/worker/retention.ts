import type { Artifacts } from '../artifacts/artifacts.ts';
import { runPeriodically } from '../async/interval.ts';
import { toFault } from '../faults/fault.ts';
import type { Logger } from '../log.ts';
import type { Retention } from '../store/tables/retention.ts';

export interface RetentionSettings {
  /** How long files of finished runs are kept, in milliseconds; 0: for ever. */
  filesMs: number;
  /** The same for entries of the audit trail. */
  auditMs: number;
}

/** Between looks. What is too old by an hour does no harm. */
const everyMs = 3_600_000;
/** Runs, or entries of the audit trail, at a time: nobody waits for long behind a row. */
const runsAtOnce = 20;
const entriesAtOnce = 1_000;

/**
 * Gives up what is older than it is to be kept. Any number of processes may do it; each sees to the files that it can reach,
 * so what a host brings back late goes as well.
 */
export function startRetention(deps: {
  artifacts: Pick<Artifacts, 'runs' | 'remove'>;
  retention: Retention;
  settings: RetentionSettings;
  log: Logger;
}): { stop(): Promise<void> } {
  const { log } = deps;
  const stopping = new AbortController();
  const repeated = runPeriodically(async () => {
    try {
      const removed = await removeOld(deps, stopping.signal);
      if (removed.runs > 0 || removed.entries > 0) {
        const { runs, entries } = removed;
        log.info(
          { runs, auditEntries: entries },
          'Files and entries that were kept long enough were removed',
        );
      }
    } catch (error) {
      log.warn(
        { code: toFault(error).code, err: error },
        'What is old could not be removed; it is tried again',
      );
    }
  }, everyMs);
  return {
    async stop() {
      stopping.abort();
      await repeated.stop();
    },
  };
}

/** One look, until `signal` aborts: how many runs lost their files, and how many entries went. */
export async function removeOld(
  deps: {
    artifacts: Pick<Artifacts, 'runs' | 'remove'>;
    retention: Retention;
    settings: RetentionSettings;
  },
  signal: AbortSignal,
): Promise<{ runs: number; entries: number }> {
  const { artifacts, retention, settings } = deps;
  const removed = { runs: 0, entries: 0 };
  const kept = settings.filesMs > 0 ? await artifacts.runs() : [];
  for (let at = 0; at < kept.length && !signal.aborted; at += runsAtOnce) {
    // Told before it is done: nobody finds a file missing without a word.
    for (const id of await retention.expire(kept.slice(at, at + runsAtOnce), settings.filesMs)) {
      await artifacts.remove(id);
      removed.runs += 1;
    }
  }
  while (settings.auditMs > 0 && !signal.aborted) {
    const entries = await retention.removeAudit(settings.auditMs, entriesAtOnce);
    removed.entries += entries;
    if (entries < entriesAtOnce) break;
  }
  return removed;
}
