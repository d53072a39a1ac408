import { constants, createReadStream } from 'node:fs';
import { access, lstat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import type { Artifacts } from '../artifacts/artifacts.ts';
import { runLogName } from '../artifacts/artifacts.ts';
import { pathInside, safeName } from '../artifacts/safe-name.ts';
import { Fault, toFault } from '../faults/fault.ts';
import { asSentence } from '../faults/sentence.ts';
import type { Principal } from '../model/access.ts';
import type { Attachment } from '../model/result.ts';
import type { Context } from '../operations/core/context.ts';
import {
  environmentsToRebuild,
  type ImportedRun,
  insertImported,
  readImported,
  rebuildHistory,
  reserveRunIds,
  type StoredImport,
  takenRunIds,
} from '../store/tables/imported-runs.ts';
import type { MappedHistory, MappedRun, MappedSubmission } from './mapping/history.ts';
import type { HistoryRedactor } from './redaction.ts';

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

/** A larger file is no screenshot and no log of one test. */
const maxFileBytes = 64 * 1024 * 1024;
/** Runs that are compared at a time. */
const comparisonBatch = 200;

/**
 * Writes the runs that are not here yet, each submission in one transaction, so that an import which was interrupted can be repeated. When
 * this installation has no runs of its own, they keep their numbers.
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
  if (missing.length > 0) await writeMissing(context, missing, options, counts);
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
  counts: Counts,
): Promise<void> {
  const { database, environments, schedules, savedSelections } = context;
  const { source, by } = options;
  const environmentIds = new Map((await environments.list()).map(({ code, id }) => [code, id]));
  const scheduleIds = new Map((await schedules.list()).map(({ name, id }) => [name, id]));
  const selectionIds = new Map((await savedSelections.list()).map(({ name, id }) => [name, id]));
  const all = missing.flatMap(({ runs }) => runs);
  const keepsIds = await reserveRunIds(database, Math.max(...all.map(({ sourceId }) => sourceId)));
  const taken = keepsIds
    ? await takenRunIds(
        database,
        all.map(({ sourceId }) => sourceId),
      )
    : undefined;
  for (const submission of missing) {
    const runs: ImportedRun[] = [];
    const files: SourceFile[][] = [];
    for (const run of submission.runs) {
      // It was removed or renamed here, or refused.
      const environmentId = environmentIds.get(run.code);
      if (environmentId === undefined) continue;
      const filesOfResults = await findFiles(options.files, run);
      files.push(filesOfResults.flatMap((own) => own.files));
      const { sourceId, code: _, results, reason, ...rest } = run;
      runs.push({
        ...{ ...rest, sourceId, environmentId, id: taken && !taken.has(sourceId) ? sourceId : undefined },
        reason: reason === undefined ? undefined : await options.redactor.text(reason),
        results: await Promise.all(
          results.map(async ({ screenshot: _screenshot, output: _output, message, ...result }, index) => ({
            ...result,
            message: message === undefined ? undefined : await options.redactor.text(message),
            attachments: (filesOfResults[index]?.files ?? []).flatMap(({ attachment }) => attachment ?? []),
          })),
        ),
      });
    }
    if (runs.length === 0) continue;
    const suite = submission.suiteId;
    const scheduleId =
      submission.scheduleName === undefined
        ? undefined
        : scheduleIds.get(options.schedules.get(`suite ${suite}`) ?? '');
    const savedSelectionId = selectionIds.get(options.selections.get(String(suite)) ?? '');
    const ids = await database.transaction((transaction) =>
      insertImported(
        transaction,
        { ...submission, runs, scheduleId, savedSelectionId },
        { source, by: by.name },
      ),
    );
    for (const [index, id] of ids.entries()) {
      const code = submission.runs.filter((run) => environmentIds.has(run.code))[index]?.code ?? '';
      counts.of(code).files += await copyFiles(context.artifacts, id, files[index] ?? [], options.redactor);
    }
  }
}

/** A file of a run there, and where it is stored here. */
interface SourceFile {
  from: string;
  path: string;
  attachment: Attachment | undefined;
}

/** The files of each result; the log of the run is with the first. Errors: INPUT_INVALID for a file that this user cannot read. */
async function findFiles(folder: string | undefined, run: MappedRun): Promise<{ files: SourceFile[] }[]> {
  if (folder === undefined) return [];
  const filesOfResults: { files: SourceFile[] }[] = [];
  for (const { test, screenshot, output } of run.results) {
    const place = `imported/${safeName(test)}`;
    const files: SourceFile[] = [];
    const add = async (relative: string, name: string, kind: Attachment['kind']) => {
      const from = await fileInside(folder, relative);
      if (from === undefined) return;
      const path = `${place}/${safeName(basename(relative))}`;
      files.push({ from, path, attachment: { name, kind, path } });
    };
    if (output !== undefined) await add(belowVar(output), 'Log', 'log');
    if (screenshot !== undefined) {
      const name = basename(screenshot);
      await add(`test-artifacts/${run.sourceId}/${name}`, 'Screenshot', 'screenshot');
      const page = `${name.slice(0, name.length - extname(name).length)}.html`;
      await add(`test-artifacts/${run.sourceId}/${page}`, 'Page', 'page');
    }
    filesOfResults.push({ files });
  }
  const log = await fileInside(folder, `test-output/mftf-run-${run.sourceId}.log`);
  if (log !== undefined) {
    const first = filesOfResults[0] ?? { files: [] };
    filesOfResults[0] = first;
    first.files.push({ from: log, path: runLogName, attachment: undefined });
  }
  return filesOfResults;
}

/** `/app/var/test-output/run-3/A.log` as a path in the folder `var`. */
const belowVar = (path: string) => path.replace(/^.*\/var\//, '').replace(/^\/+/, '');

/**
 * The path of a file below a folder; `undefined` when there is none, or when it is a link, outside, empty or too large. Errors:
 * INPUT_INVALID when this user cannot read it.
 */
async function fileInside(folder: string, relative: string): Promise<string | undefined> {
  const path = await regularFile(folder, relative).catch(() => undefined);
  if (path === undefined) return undefined;
  try {
    await access(path, constants.R_OK);
  } catch (error) {
    const message = `${path} cannot be read, so its run is not imported: ${toFault(error).message}`;
    throw new Fault('INPUT_INVALID', asSentence(message), { cause: error });
  }
  return path;
}

async function regularFile(folder: string, relative: string): Promise<string | undefined> {
  const path = pathInside(folder, relative);
  const stats = await lstat(path);
  return stats.isFile() && stats.size > 0 && stats.size <= maxFileBytes ? path : undefined;
}

async function copyFiles(
  artifacts: Artifacts,
  runId: number,
  files: readonly SourceFile[],
  redactor: HistoryRedactor,
): Promise<number> {
  for (const { from, path, attachment } of files) {
    const stream = createReadStream(from);
    // A picture has no text.
    const isPicture = attachment?.kind === 'screenshot';
    await artifacts.write(runId, path, isPicture ? stream : redactor.stream(stream));
  }
  return files.length;
}
