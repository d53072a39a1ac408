import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { Artifacts } from '../../artifacts/artifacts.ts';
import { safeName } from '../../artifacts/safe-name.ts';
import type { Replay } from '../../model/replay.ts';
import type { Attachment } from '../../model/result.ts';
import type { NewResult } from '../../queue/recorder.ts';
import type { JudgedOutcome, JudgedOutput } from '../results/judged-outcome.ts';
import type { HostFolders } from './judge-files.ts';

/** An outcome with the place of its failure, and what its browser showed. */
export type KeptOutcome = Omit<JudgedOutcome, 'executed' | 'beforeSuite'> & { replay?: Replay | undefined };

/**
 * Stores the output of a process as files of the run, below its `place`, the steps of each test as `steps-<test>.json`, and its replay
 * as `replay-<test>.json`.
 * Returns the results with the paths of their attachments. Errors: DISK_FULL.
 */
export async function keepFiles(
  artifacts: Artifacts,
  runId: number,
  { folder, stepsFolder, place }: HostFolders & { place: string },
  { outcomes, files }: { outcomes: readonly KeptOutcome[]; files: JudgedOutput['files'] },
): Promise<NewResult[]> {
  const paths = new Map<string, string>();
  for (const { file, path } of files) {
    await artifacts.write(runId, path, createReadStream(join(folder, file)));
    paths.set(file, path);
  }
  const results: NewResult[] = [];
  for (const { attachments: files, stepsFile, replay, ...outcome } of outcomes) {
    const attachments: Attachment[] = [{ name: 'Log', kind: 'log', path: `${place}/log.txt` }];
    for (const { name, kind, file } of files) {
      const path = paths.get(file);
      if (path !== undefined) attachments.push({ name, kind, path });
    }
    if (stepsFile !== undefined) {
      const path = `${place}/steps-${safeName(outcome.test)}.json`;
      await artifacts.write(runId, path, createReadStream(join(stepsFolder, stepsFile)));
      attachments.push({ name: 'Steps', kind: 'steps', path });
    }
    if (replay !== undefined) {
      const path = `${place}/replay-${safeName(outcome.test)}.json`;
      await artifacts.write(runId, path, JSON.stringify(replay));
      attachments.push({ name: 'Replay', kind: 'replay', path });
    }
    results.push({ ...outcome, attachments });
  }
  return results;
}
