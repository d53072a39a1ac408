import { createReadStream } from 'node:fs';
import type { Principal } from '../../model/access.ts';
import type { Counts } from '../../model/run.ts';
import { withAudit } from '../../operations/core/authorize.ts';
import type { Context } from '../../operations/core/context.ts';
import { addSources } from '../../store/tables/extended-imports.ts';
import {
  environmentsToRebuild,
  rebuildHistory,
  recordFiles,
  runsWithoutFiles,
} from '../../store/tables/imported-runs.ts';
import type { FileResult, FileRun } from './file-result.ts';
import { addToRun, countsOf, insertRun, placedFiles, timesOf } from './write-run.ts';

/** The outcome of importing one run. */
export interface ImportedFileRun {
  name: string;
  /** Its number here; `undefined` for a new one in a dry run. */
  run: number | undefined;
  /** It was imported before, and nothing changes. */
  isRepeated: boolean;
  /** How many results an earlier run gets, which was imported with fewer files; 0 for others. */
  added: number;
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

/**
 * The name of the source of a run, or of one of its JUnit files, by its content. It may be a run of each environment, whose id is that in the
 * source.
 */
const sourceOf = (digest: string) => `result files ${digest.slice(0, 32)}`;

/**
 * Writes runs of other tools into the history of an environment, each in one transaction, then its files. A run that was imported before
 * changes nothing; the files of an import that was interrupted are copied then. One that was imported with some of its JUnit files gets the
 * results of the others. Errors: ENVIRONMENT_UNKNOWN, DATABASE_UNREACHABLE, DISK_FULL.
 */
export async function importFileRuns(
  context: Context,
  { runs, environment: code, dryRun, by }: FileImportOptions,
): Promise<ImportedFileRun[]> {
  const environment = await context.environments.get(code);
  const target = { environmentId: environment.id, by };
  const report: ImportedFileRun[] = [];
  for (const run of runs) {
    const part = await newPartOf(context, run, environment.id);
    const change = dryRun ? changeOf(part) : await write(context, part, target);
    report.push({
      ...{ name: run.name, ...change, finishedAt: timesOf(run.results).finishedAt },
      counts: countsOf(run.results),
      files: run.results.reduce((sum, { files }) => sum + files.length, 0),
    });
    if (!dryRun) await copyFiles(context, run, environment.id);
  }
  // Also of an import that was interrupted.
  if (!dryRun && (await environmentsToRebuild(context.database)).includes(environment.id)) {
    await rebuildHistory(context.database, environment.id);
  }
  return report;
}

/** What a run of files has that no run here has. */
interface NewPart {
  run: FileRun;
  results: FileResult[];
  /** A run here that has the other results. */
  earlier: number | undefined;
}

async function newPartOf(context: Context, run: FileRun, environmentId: number): Promise<NewPart> {
  const sources = [run.digest, ...run.origins].map(sourceOf);
  const runIds = await context.importSources.runsOf(sources, environmentId);
  const whole = runIds.get(sourceOf(run.digest));
  if (whole !== undefined) return { run, results: [], earlier: whole };
  const ofOrigin = ({ origin }: FileResult) => origin && runIds.get(sourceOf(origin));
  const results = run.results.filter((result) => !ofOrigin(result));
  return { run, results, earlier: run.results.map(ofOrigin).find(Boolean) || undefined };
}

type Change = Pick<ImportedFileRun, 'run' | 'isRepeated' | 'added'>;

function changeOf({ results, earlier }: NewPart): Change {
  const added = earlier === undefined ? 0 : results.length;
  return { run: earlier, isRepeated: results.length === 0, added };
}

async function write(
  context: Context,
  part: NewPart,
  { environmentId, by }: { environmentId: number; by: Principal },
): Promise<Change> {
  const { run, results, earlier } = part;
  if (results.length === 0) return changeOf(part);
  const subject = `import ${results.length} results of ${run.name}`.slice(0, 300);
  const audit = { principal: by, address: undefined, operation: 'import.results', subject };
  const source = sourceOf(run.digest);
  return withAudit(context, audit, () =>
    context.database.transaction(async (transaction) => {
      const added =
        earlier === undefined ? undefined : await addToRun(transaction, earlier, { ...run, results });
      const id =
        earlier === undefined || added === undefined
          ? await insertRun(transaction, { ...run, results }, { source, environmentId, by })
          : earlier;
      const sources = [run.digest, ...run.origins].map(sourceOf);
      await addSources(transaction, id, { sources, sourceId: environmentId, by: by.name });
      return { run: id, isRepeated: added === 0, added: added ?? 0 };
    }),
  );
}

/** Copies the files of a run that has not all of them. */
async function copyFiles(
  { artifacts, database }: Context,
  run: FileRun,
  environmentId: number,
): Promise<void> {
  const source = sourceOf(run.digest);
  const id = (await runsWithoutFiles(database, source)).get(environmentId);
  if (id === undefined) return;
  for (const { from, attachment } of placedFiles(run)) {
    await artifacts.write(id, attachment.path, createReadStream(from));
  }
  await recordFiles(database, source, environmentId);
}
