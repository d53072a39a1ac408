import { extname, join } from 'node:path';
import { safeName } from '../../artifacts/safe-name.ts';
import type { Principal } from '../../model/access.ts';
import { maxAttachmentNameLength } from '../../model/limits.ts';
import type { Attachment, Status } from '../../model/result.ts';
import { type Counts, verdictOf } from '../../model/run.ts';
import { emptySelection } from '../../model/selection.ts';
import type { Queryable } from '../../store/database/database.ts';
import { extendImported, keyOfImported, lockImported } from '../../store/tables/extended-imports.ts';
import { type ImportedResult, insertImported } from '../../store/tables/imported-runs.ts';
import type { FileResult, FileRun } from './file-result.ts';

/** Writes a run that no run here has. Returns its number. */
export async function insertRun(
  transaction: Queryable,
  run: FileRun,
  { source, environmentId, by }: { source: string; environmentId: number; by: Principal },
): Promise<number> {
  const { startedAt, finishedAt } = timesOf(run.results);
  const counts = countsOf(run.results);
  const submission = {
    name: undefined,
    scheduleName: undefined,
    scheduleId: undefined,
    savedSelectionId: undefined,
    selection: { ...emptySelection, all: true },
    requestedBy: by.name,
    createdAt: startedAt,
    runs: [
      {
        id: undefined,
        sourceId: environmentId,
        environmentId,
        verdict: verdictOf(counts),
        reason: undefined,
        counts,
        queuedAt: startedAt,
        startedAt,
        finishedAt,
        hasFiles: placedFiles(run).length > 0,
        results: run.results.map(rowOf),
      },
    ],
  };
  const event = `Imported from ${run.name}.`;
  const [id] = await insertImported(transaction, submission, { source, by: by.name, event });
  return id as number;
}

/** Adds results to an imported run. Returns how many; `undefined` when the run does not exist any more. */
export async function addToRun(
  transaction: Queryable,
  runId: number,
  { name, results }: Pick<FileRun, 'name' | 'results'>,
): Promise<number | undefined> {
  const run = await lockImported(transaction, runId);
  if (run === undefined) return undefined;
  const added = results.filter((result) => !run.tests.has(keyOfImported(result)));
  if (added.length === 0) return 0;
  const counts = sumOf(run.counts, countsOf(added));
  await extendImported(transaction, runId, {
    ...{ results: added.map(rowOf), counts, verdict: verdictOf(counts), ...timesOf(added) },
    event: `${added.length} more results imported from ${name}.`,
  });
  return added.length;
}

function rowOf({ files, origin: _origin, ...result }: FileResult, index: number): ImportedResult {
  return {
    ...result,
    recordedAt: new Date(result.startedAt.getTime() + result.durationMs),
    attachments: attachmentsOf(result, index, files).map(({ attachment }) => attachment),
  };
}

/** The files of a run on this host, and as what they are stored. */
export function placedFiles({ results, folder }: FileRun): { from: string; attachment: Attachment }[] {
  return results.flatMap((result, index) =>
    attachmentsOf(result, index, result.files).map(({ source, attachment }) => ({
      from: join(folder ?? '', source),
      attachment,
    })),
  );
}

/** Where the files of a result are stored. The index keeps those of equal names apart. */
function attachmentsOf(
  { test }: Pick<FileResult, 'test'>,
  index: number,
  files: FileResult['files'],
): { source: string; attachment: Attachment }[] {
  return files.map(({ name, source }, at) => ({
    source,
    attachment: {
      name: name.slice(0, maxAttachmentNameLength),
      kind: kindOf(name, source),
      path: `imported/${index + 1}-${safeName(test)}/${at + 1}-${safeName(source)}`,
    },
  }));
}

/** Reporters of Playwright attach its traces under this name. */
function kindOf(name: string, source: string): Attachment['kind'] {
  const extension = extname(source).toLowerCase();
  if (['.png', '.jpg', '.jpeg'].includes(extension)) return 'screenshot';
  if (name === 'trace' && extension === '.zip') return 'trace';
  return extension === '.html' ? 'page' : extension === '.log' || extension === '.txt' ? 'log' : 'other';
}

/** The times of results in the order of execution. */
export function timesOf(results: readonly FileResult[]): { startedAt: Date; finishedAt: Date } {
  // As many arguments as a large run has results would overflow the stack.
  const finishedAt = new Date(
    results.reduce((end, { startedAt, durationMs }) => Math.max(end, startedAt.getTime() + durationMs), 0),
  );
  return { startedAt: results[0]?.startedAt ?? finishedAt, finishedAt };
}

export function countsOf(results: readonly FileResult[]): Counts {
  const of = (status: Status) => results.filter((result) => result.status === status).length;
  return {
    planned: results.length,
    passed: of('passed'),
    failed: of('failed'),
    broken: of('broken'),
    skipped: of('skipped'),
    flaky: 0,
    quarantined: 0,
  };
}

const sumOf = (one: Counts, other: Counts): Counts => ({
  planned: one.planned + other.planned,
  passed: one.passed + other.passed,
  failed: one.failed + other.failed,
  broken: one.broken + other.broken,
  skipped: one.skipped + other.skipped,
  flaky: one.flaky + other.flaky,
  quarantined: one.quarantined + other.quarantined,
});
