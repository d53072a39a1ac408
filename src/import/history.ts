import type { Principal } from '../model/access.ts';
import type { Context } from '../operations/core/context.ts';
import {
  environmentsToRebuild,
  type ImportedRun,
  insertImported,
  readImported,
  rebuildHistory,
  recordFiles,
  reserveRunIds,
  runsWithoutFiles,
  type StoredImport,
  takenRunIds,
} from '../store/tables/imported-runs.ts';
import type { MappedHistory, MappedRun, MappedSubmission } from './mapping/history.ts';
import type { HistoryRedactor } from './redaction.ts';
import { copyFiles, findFiles } from './run-files.ts';

/** The runs of an environment there, and what the import did with them. */
export interface EnvironmentHistory {
  /** Its code here. */
  environment: string;
  runs: number;
  results: number;
  /** Runs that were not here; those of a dry run or a check are not imported. */
  added: number;
  /** Runs that were imported before, and differ from those there. */
  differing: number;
  files: number;
}

interface HistoryOptions {
  mapped: MappedHistory;
  source: string;
  mode: 'apply' | 'dry-run' | 'check';
  by: Principal;
  /** The folder `var` of php-matre. */
  files: string | undefined;
  /** The names here by the ids of items there. */
  selections: ReadonlyMap<string, string>;
  schedules: ReadonlyMap<string, string>;
  environments: ReadonlyMap<string, string>;
  redactor: HistoryRedactor;
}

/** Runs that are compared at a time. */
const comparisonBatch = 200;

/**
 * Writes the runs that are not here yet, each submission in one transaction, and then copies their files. An import that was interrupted
 * is continued by the next one, the files of a run too. When this installation has no runs of its own, they keep their numbers.
 */
export async function importHistory(
  context: Context,
  options: HistoryOptions,
): Promise<EnvironmentHistory[]> {
  const { mapped, source, mode } = options;
  const importedIds = await context.importSources.runs(source);
  const counts = createCounts(mapped);
  const missing = mapped.submissions.flatMap((submission) => {
    const runs = submission.runs.filter(({ sourceId }) => !importedIds.has(sourceId));
    return runs.length > 0 ? [{ ...submission, runs }] : [];
  });
  for (const { runs } of missing) for (const { code } of runs) counts.of(code).added += 1;
  await compareKnown(context, mapped, importedIds, counts);
  if (mode !== 'apply') return counts.list();
  if (missing.length > 0) await writeMissing(context, missing, options);
  await copyAllFiles(context, options, counts);
  for (const id of await environmentsToRebuild(context.database)) await rebuildHistory(context.database, id);
  return counts.list();
}

function createCounts({ submissions }: MappedHistory) {
  const byCode = new Map<string, EnvironmentHistory>();
  const of = (code: string) => {
    const empty = { environment: code, runs: 0, results: 0, added: 0, differing: 0, files: 0 };
    const counts = byCode.get(code) ?? empty;
    byCode.set(code, counts);
    return counts;
  };
  for (const { runs } of submissions) {
    for (const { code, results } of runs) {
      of(code).runs += 1;
      of(code).results += results.length;
    }
  }
  return {
    of,
    list: () => [...byCode.values()].sort((one, other) => (one.environment < other.environment ? -1 : 1)),
  };
}

type Counts = ReturnType<typeof createCounts>;

/** Counts the runs that were imported before and differ. */
async function compareKnown(
  { database }: Context,
  { submissions }: MappedHistory,
  importedIds: ReadonlyMap<number, number>,
  counts: Counts,
): Promise<void> {
  const runs = submissions
    .flatMap((submission) => submission.runs)
    .filter(({ sourceId }) => importedIds.has(sourceId));
  for (let first = 0; first < runs.length; first += comparisonBatch) {
    const part = runs.slice(first, first + comparisonBatch);
    const stored = new Map(
      (
        await readImported(
          database,
          part.map(({ sourceId }) => importedIds.get(sourceId) ?? 0),
        )
      ).map((run) => [run.id, run]),
    );
    for (const run of part) {
      if (!isSame(run, stored.get(importedIds.get(run.sourceId) ?? 0))) counts.of(run.code).differing += 1;
    }
  }
}

/** Messages may have had secrets there. */
function isSame(run: MappedRun, stored: StoredImport | undefined): boolean {
  if (stored === undefined || stored.verdict !== run.verdict) return false;
  if (stored.queuedAt.getTime() !== run.queuedAt.getTime()) return false;
  if (stored.finishedAt.getTime() !== run.finishedAt.getTime()) return false;
  if (stored.results.length !== run.results.length) return false;
  return run.results.every(({ test, status, durationMs, message }, index) => {
    const other = stored.results[index];
    const isEqual = other?.test === test && other.status === status && other.durationMs === durationMs;
    return isEqual && (message === undefined) === (other.message === undefined);
  });
}

async function writeMissing(
  context: Context,
  missing: readonly MappedSubmission[],
  options: HistoryOptions,
): Promise<void> {
  const { database, environments, schedules, savedSelections } = context;
  const { source, by } = options;
  const environmentIds = new Map((await environments.list()).map(({ code, id }) => [code, id]));
  const scheduleIds = new Map((await schedules.list()).map(({ name, id }) => [name, id]));
  const selectionIds = new Map((await savedSelections.list()).map(({ name, id }) => [name, id]));
  const idOf = await chooseRunIds(context, missing);
  for (const submission of missing) {
    const runs: ImportedRun[] = [];
    for (const run of submission.runs) {
      const environmentId = environmentIds.get(run.code);
      // Without an environment it was removed or renamed here, or refused.
      if (environmentId !== undefined)
        runs.push(await toImportedRun(run, { id: idOf(run), environmentId }, options));
    }
    if (runs.length === 0) continue;
    const suite = submission.suiteId;
    const scheduleId =
      submission.scheduleName === undefined
        ? undefined
        : scheduleIds.get(options.schedules.get(`suite ${suite}`) ?? '');
    const savedSelectionId = selectionIds.get(options.selections.get(String(suite)) ?? '');
    await database.transaction((transaction) =>
      insertImported(
        transaction,
        { ...submission, runs, scheduleId, savedSelectionId },
        { source, by: by.name },
      ),
    );
  }
}

/** Returns a function that says which number a run gets: its own when it is free here, `undefined` for the next one. */
async function chooseRunIds(
  { database }: Context,
  missing: readonly MappedSubmission[],
): Promise<(run: MappedRun) => number | undefined> {
  const ids = missing.flatMap(({ runs }) => runs.map(({ sourceId }) => sourceId));
  if (!(await reserveRunIds(database, Math.max(...ids)))) return () => undefined;
  const taken = await takenRunIds(database, ids);
  return ({ sourceId }) => (taken.has(sourceId) ? undefined : sourceId);
}

async function toImportedRun(
  run: MappedRun,
  place: Pick<ImportedRun, 'id' | 'environmentId'>,
  { files: folder, redactor }: HistoryOptions,
): Promise<ImportedRun> {
  const files = await findFiles(folder, run);
  const { code: _code, results, reason, ...rest } = run;
  return {
    ...rest,
    ...place,
    hasFiles: files.some((own) => own.files.length > 0),
    reason: reason === undefined ? undefined : await redactor.text(reason),
    results: await Promise.all(
      results.map(async ({ screenshot: _screenshot, output: _output, message, ...result }, index) => ({
        ...result,
        message: message === undefined ? undefined : await redactor.text(message),
        attachments: (files[index]?.files ?? []).flatMap(({ attachment }) => attachment ?? []),
      })),
    ),
  };
}

/** Copies the files of all runs that have none yet. Without the folder, the next import with one copies them. */
async function copyAllFiles(
  { database, artifacts }: Context,
  { files: folder, mapped, source, redactor }: HistoryOptions,
  counts: Counts,
): Promise<void> {
  if (folder === undefined) return;
  const ids = await runsWithoutFiles(database, source);
  for (const run of mapped.submissions.flatMap(({ runs }) => runs)) {
    const id = ids.get(run.sourceId);
    if (id === undefined) continue;
    const files = (await findFiles(folder, run)).flatMap((own) => own.files);
    counts.of(run.code).files += await copyFiles(artifacts, id, files, redactor);
    await recordFiles(database, source, run.sourceId);
  }
}
