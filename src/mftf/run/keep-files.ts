import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, posix, relative } from 'node:path';
import type { Artifacts } from '../../artifacts/artifacts.ts';
import { safeName } from '../../artifacts/safe-name.ts';
import type { Attachment, Step } from '../../model/result.ts';
import { summariseSteps } from '../../model/steps.ts';
import type { NewResult } from '../../queue/recorder.ts';
import type { OutcomeAttachment, TestOutcome } from '../results/outcome.ts';

/** Attachments of Allure 2 have no file extension; a browser needs one. */
const extensions: Record<Attachment['kind'], string> = {
  screenshot: '.png',
  page: '.html',
  log: '.txt',
  steps: '.json',
  other: '',
};

/**
 * Stores the output of a process as files of the run, below `place`, and the steps of each test as `steps-<test>.json`.
 * Returns the results with the paths of their attachments. Errors: DISK_FULL.
 */
export async function keepFiles(
  artifacts: Artifacts,
  from: { runId: number; folder: string; place: string; outcomes: TestOutcome[] },
): Promise<NewResult[]> {
  const { runId, folder, place, outcomes } = from;
  const attachmentByFile = new Map(
    outcomes.flatMap(({ attachments }) => attachments.map((one) => [one.file, one])),
  );
  const paths = new Map<string, string>();
  for (const file of await filesBelow(folder)) {
    const path = posix.join(place, storedPath(file, attachmentByFile.get(file)));
    await artifacts.write(runId, path, createReadStream(join(folder, file)));
    paths.set(file, path);
  }
  const results = [];
  for (const outcome of outcomes) {
    const { test, suite, status, message, reason, startedAt, durationMs, steps } = outcome;
    const attachments: Attachment[] = [{ name: 'Log', kind: 'log', path: `${place}/log.txt` }];
    for (const { name, kind, file } of outcome.attachments) {
      const path = paths.get(file);
      if (path !== undefined) attachments.push({ name, kind, path });
    }
    if (steps.length > 0) {
      const path = `${place}/steps-${safeName(test)}.json`;
      await artifacts.write(runId, path, JSON.stringify(steps.map((step) => withStoredPaths(step, paths))));
      attachments.push({ name: 'Steps', kind: 'steps', path });
    }
    results.push({
      ...{ test, suite, status, message, reason, startedAt, durationMs, attachments },
      steps: summariseSteps(steps),
    });
  }
  return results;
}

/** A step with the stored paths of its attachments; attachments that were not stored are omitted. */
function withStoredPaths(step: Step, paths: ReadonlyMap<string, string>): Step {
  return {
    ...step,
    attachments: step.attachments.flatMap(({ name, path }) => {
      const stored = paths.get(path);
      return stored === undefined ? [] : [{ name, path: stored }];
    }),
    steps: step.steps.map((each) => withStoredPaths(each, paths)),
  };
}

function storedPath(file: string, attachment: OutcomeAttachment | undefined): string {
  const safe = file.split('/').map(safeName).join('/');
  return attachment && posix.extname(safe) === '' ? `${safe}${extensions[attachment.kind]}` : safe;
}

/** Paths relative to the folder, with slashes. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}
