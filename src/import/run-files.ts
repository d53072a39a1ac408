import { constants, createReadStream } from 'node:fs';
import { access, lstat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import type { Artifacts } from '../artifacts/artifacts.ts';
import { runLogName } from '../artifacts/artifacts.ts';
import { pathInside, safeName } from '../artifacts/safe-name.ts';
import { Fault, toFault } from '../faults/fault.ts';
import { asSentence } from '../faults/sentence.ts';
import type { Attachment } from '../model/result.ts';
import type { MappedRun } from './mapping/history.ts';
import type { HistoryRedactor } from './redaction.ts';

/** A larger file is no screenshot and no log of one test. */
const maxFileBytes = 64 * 1024 * 1024;

/** A file of a run there, and where it is stored here. */
interface SourceFile {
  from: string;
  path: string;
  attachment: Attachment | undefined;
}

/** The files of each result in a folder `var`; the log of the run is with the first. Errors: INPUT_INVALID for a file that this user cannot read. */
export async function findFiles(
  folder: string | undefined,
  run: MappedRun,
): Promise<{ files: SourceFile[] }[]> {
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

/** Copies files to those of a run, without secrets. Returns how many. Errors: those of `Artifacts.write`. */
export async function copyFiles(
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
