import { createReadStream } from 'node:fs';
import { extname, join } from 'node:path';
import { safeName } from '../../artifacts/safe-name.ts';
import type { Principal } from '../../model/access.ts';
import { maxAttachmentNameLength } from '../../model/limits.ts';
import type { Attachment, Status } from '../../model/result.ts';
import { type Counts, verdictOf } from '../../model/run.ts';
import { emptySelection } from '../../model/selection.ts';
import { withAudit } from '../../operations/core/authorize.ts';
import type { Context } from '../../operations/core/context.ts';
import {
  environmentsToRebuild,
  insertImported,
  rebuildHistory,
  recordFiles,
  runsWithoutFiles,
} from '../../store/tables/imported-runs.ts';
import type { FileResult, FileRun } from './file-result.ts';

/** What became of a run of files. */
export interface ImportedFileRun {
  name: string;
  /** Its number here; `undefined` in a dry run. */
  run: number | undefined;
  /** It was imported before, and nothing changes. */
  isRepeated: boolean;
  finishedAt: Date;
  counts: Counts;
  files: number;
}

export interface FileImportOptions {
  runs: readonly FileRun[];
  /** The code of the environment. */
  environment: string;
  dryRun: boolean;
  by: Principal;
}

/** The name of the source of a run, by its content. It may be a run of each environment, whose id is that in the source. */
const sourceOf = ({ digest }: FileRun) => `result files ${digest.slice(0, 32)}`;

/**
 * Writes runs of other tools into the history of an environment, each in one transaction, then its files. A run that was imported before
 * changes nothing; the files of an import that was interrupted are copied then. Errors: ENVIRONMENT_UNKNOWN, DATABASE_UNREACHABLE, DISK_FULL.
 */
export async function importFileRuns(
  context: Context,
  { runs, environment: code, dryRun, by }: FileImportOptions,
): Promise<ImportedFileRun[]> {
  const environment = await context.environments.get(code);
  const report: ImportedFileRun[] = [];
  for (const run of runs) {
    const source = sourceOf(run);
    const existing = (await context.importSources.runs(source)).get(environment.id);
    const summary = {
      name: run.name,
      isRepeated: existing !== undefined,
      finishedAt: endOf(run),
      counts: countsOf(run),
      files: run.results.reduce((sum, { files }) => sum + files.length, 0),
    };
    if (dryRun) {
      report.push({ ...summary, run: existing });
      continue;
    }
    const id = existing ?? (await write(context, run, { source, environmentId: environment.id, by }));
    await copyFiles(context, run, { source, environmentId: environment.id, id });
    report.push({ ...summary, run: id });
  }
  // Also of an import that was interrupted.
  if (!dryRun && (await environmentsToRebuild(context.database)).includes(environment.id)) {
    await rebuildHistory(context.database, environment.id);
  }
  return report;
}

async function write(
  context: Context,
  run: FileRun,
  { source, environmentId, by }: { source: string; environmentId: number; by: Principal },
): Promise<number> {
  const startedAt = run.results[0]?.startedAt ?? endOf(run);
  const counts = countsOf(run);
  const subject = `import ${run.results.length} results of ${run.name}`.slice(0, 300);
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
        finishedAt: endOf(run),
        hasFiles: placedFiles(run).length > 0,
        results: run.results.map(({ files: _files, ...result }, index) => ({
          ...result,
          recordedAt: new Date(result.startedAt.getTime() + result.durationMs),
          attachments: attachmentsOf(result, index, run.results[index]?.files ?? []).map(
            ({ attachment }) => attachment,
          ),
        })),
      },
    ],
  };
  const [id] = await withAudit(
    context,
    { principal: by, address: undefined, operation: 'import.results', subject },
    () =>
      context.database.transaction((transaction) =>
        insertImported(transaction, submission, { source, by: by.name, event: `Imported from ${run.name}.` }),
      ),
  );
  return id as number;
}

/** Copies the files of a run that has not all of them. */
async function copyFiles(
  { artifacts, database }: Context,
  run: FileRun,
  { source, environmentId, id }: { source: string; environmentId: number; id: number },
): Promise<void> {
  if (!(await runsWithoutFiles(database, source)).has(environmentId)) return;
  for (const { from, attachment } of placedFiles(run)) {
    await artifacts.write(id, attachment.path, createReadStream(from));
  }
  await recordFiles(database, source, environmentId);
}

function placedFiles({ results, folder }: FileRun): { from: string; attachment: Attachment }[] {
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

function endOf({ results }: FileRun): Date {
  // As many arguments as a large run has results would overflow the stack.
  return new Date(
    results.reduce((end, { startedAt, durationMs }) => Math.max(end, startedAt.getTime() + durationMs), 0),
  );
}

function countsOf({ results }: FileRun): Counts {
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
