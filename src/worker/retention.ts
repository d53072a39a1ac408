import type { Artifacts } from '../artifacts/artifacts.ts';
import { runPeriodically, type Service } from '../async/interval.ts';
import { toFault } from '../faults/fault.ts';
import type { Logger } from '../log.ts';
import type { RetentionLimits } from '../model/retention.ts';
import type { Database } from '../store/database/database.ts';
import type { Messages } from '../store/tables/messages.ts';
import type { Retention } from '../store/tables/retention/retention.ts';
import { removeOldFiles, removeOldRuns } from './remove-old-runs.ts';

interface RetentionDependencies {
  artifacts: Pick<Artifacts, 'runs' | 'list' | 'remove'>;
  database: Database;
  retention: Retention;
  messages: Pick<Messages, 'removeOld'>;
  limits: RetentionLimits;
}

/** Between passes. What is kept an hour longer does no harm. */
const everyMs = 3_600_000;
/** Entries of the audit trail, notes or messages per statement, so that no other transaction waits long for a row. */
const maxEntries = 1_000;

/**
 * Removes what is beyond the limits, every hour: files, runs with their results, audit entries, notes of causes and messages. Any number
 * of processes may do so; each removes the files that it can reach, so files that a host brings back late are removed as well.
 */
export function startRetention(deps: RetentionDependencies & { log: Logger }): Service {
  const { log } = deps;
  return runPeriodically(async (signal) => {
    try {
      const { runs, files, entries, notes, messages } = await removeOld(deps, signal);
      if (runs + files + entries + notes + messages > 0)
        log.info(
          { runs, filesOfRuns: files, auditEntries: entries, notes, messages },
          'Retention removed what is beyond its limits',
        );
    } catch (error) {
      log.warn(
        { code: toFault(error).code, err: error },
        'Retention could not remove all that is beyond its limits; retrying in an hour',
      );
    }
  }, everyMs);
}

/** What a pass removed: `files` counts runs that lost their files and stay. */
interface Removed {
  runs: number;
  files: number;
  entries: number;
  notes: number;
  /** Notices with their messages. */
  messages: number;
}

/** One pass, which `signal` ends early. Errors: DATABASE_UNREACHABLE, and those of the store of files. */
export async function removeOld(deps: RetentionDependencies, signal: AbortSignal): Promise<Removed> {
  const { retention, messages, limits } = deps;
  const { auditMs, maxAudit, notesMs, messagesMs, maxMessages } = limits;
  // The store of files may be unreachable, so it comes last.
  const entries = await inBatches(auditMs + maxAudit, signal, () =>
    retention.removeAudit({ ageMs: auditMs, max: maxAudit }, maxEntries),
  );
  const oldNotes = await inBatches(notesMs, signal, () => retention.removeNotes(notesMs, maxEntries));
  const oldMessages = await inBatches(messagesMs + maxMessages, signal, () =>
    messages.removeOld({ ageMs: messagesMs, max: maxMessages }, maxEntries),
  );
  const runs = await removeOldRuns({ ...deps, signal });
  const files = await removeOldFiles({ ...deps, signal });
  return { runs, files, entries, notes: oldNotes, messages: oldMessages };
}

/** Repeats a statement until it removes less than a batch; never without a limit. */
async function inBatches(limit: number, signal: AbortSignal, remove: () => Promise<number>): Promise<number> {
  let removed = 0;
  while (limit > 0 && !signal.aborted) {
    const rows = await remove();
    removed += rows;
    if (rows < maxEntries) break;
  }
  return removed;
}
