import type { Artifacts } from '../artifacts/artifacts.ts';
import { runPeriodically, type Service } from '../async/interval.ts';
import { toFault } from '../faults/fault.ts';
import type { Logger } from '../log.ts';
import type { Messages } from '../store/tables/messages.ts';
import type { Retention } from '../store/tables/retention.ts';

export interface RetentionSettings {
  /** How long files of finished runs are kept, in milliseconds; 0: no limit. */
  filesMs: number;
  /** The same for entries of the audit trail. */
  auditMs: number;
  /** How long notes of causes are kept after their causes were seen last. */
  notesMs: number;
  /** How long messages that ended are kept. */
  messagesMs: number;
}

interface RetentionDependencies {
  artifacts: Pick<Artifacts, 'runs' | 'remove'>;
  retention: Retention;
  messages: Pick<Messages, 'removeOld'>;
  settings: RetentionSettings;
}

/** Between passes. Files that are kept an hour longer do no harm. */
const everyMs = 3_600_000;
/** Runs, or entries of the audit trail or notes, per statement, so that no other transaction waits long for a row. */
const maxRuns = 20;
const maxEntries = 1_000;

/**
 * Removes files, audit entries, notes of causes and messages that are older than the settings allow, every hour. Any number of processes may do so; each
 * removes the files that it can reach, so files that a host brings back late are removed as well.
 */
export function startRetention(deps: RetentionDependencies & { log: Logger }): Service {
  const { log } = deps;
  return runPeriodically(async (signal) => {
    try {
      const { runs, entries, notes, messages } = await removeOld(deps, signal);
      if (runs + entries + notes + messages > 0)
        log.info(
          { runs, auditEntries: entries, notes, messages },
          'Old files, audit entries, notes and messages were removed',
        );
    } catch (error) {
      log.warn(
        { code: toFault(error).code, err: error },
        'Old files, audit entries, notes and messages could not be removed; retrying in an hour',
      );
    }
  }, everyMs);
}

/**
 * One pass, which `signal` ends early. Returns how many runs lost their files, and how many audit entries, notes, and notices
 * with their messages were removed.
 * Errors: DATABASE_UNREACHABLE.
 */
export async function removeOld(
  deps: RetentionDependencies,
  signal: AbortSignal,
): Promise<{ runs: number; entries: number; notes: number; messages: number }> {
  const { artifacts, retention, messages, settings } = deps;
  const removed = { runs: 0, entries: 0, notes: 0, messages: 0 };
  const runIds = settings.filesMs > 0 ? await artifacts.runs() : [];
  for (let index = 0; index < runIds.length && !signal.aborted; index += maxRuns) {
    // Recorded before the files are removed, so that a run never misses files without a reason.
    for (const id of await retention.expire(runIds.slice(index, index + maxRuns), settings.filesMs)) {
      await artifacts.remove(id);
      removed.runs += 1;
    }
  }
  while (settings.auditMs > 0 && !signal.aborted) {
    const entries = await retention.removeAudit(settings.auditMs, maxEntries);
    removed.entries += entries;
    if (entries < maxEntries) break;
  }
  while (settings.notesMs > 0 && !signal.aborted) {
    const notes = await retention.removeNotes(settings.notesMs, maxEntries);
    removed.notes += notes;
    if (notes < maxEntries) break;
  }
  while (settings.messagesMs > 0 && !signal.aborted) {
    const rows = await messages.removeOld(settings.messagesMs, maxEntries);
    removed.messages += rows;
    if (rows < maxEntries) break;
  }
  return removed;
}
