import { readdir, writeFile } from 'node:fs/promises';
import { join, posix, relative } from 'node:path';
import { safeName } from '../../artifacts/safe-name.ts';
import { beforeFailedHeading } from '../../model/failure-headline.ts';
import {
  maxAttachmentNameLength,
  maxAttachments,
  maxKeptSteps,
  maxStepNameLength,
} from '../../model/limits.ts';
import type { Attachment, Step } from '../../model/result.ts';
import type { Reason } from '../../model/run.ts';
import type { PlannedTest } from '../../model/selection.ts';
import { type StepSummary, summariseSteps } from '../../model/steps.ts';
import { shorten } from '../../model/visible-text.ts';
import { defineTask } from '../../threads/task.ts';
import { redactReason } from '../redaction/redact-reports.ts';
import { createRedactor, type Redactor } from '../redaction/redactor.ts';
import { collectResults } from './collect.ts';
import { downloadsOf } from './downloads.ts';
import { executedSteps } from './executed-steps.ts';
import type { JudgedOutcome, JudgedOutput } from './judged-outcome.ts';
import type { OutcomeAttachment, TestOutcome } from './outcome.ts';
import { type ProcessEnd, reconcile } from './reconcile.ts';
import { readSuiteProgress } from './suite-before.ts';
import { cutMessage } from './text.ts';
import { findTimedOutWaits } from './timed-out-waits.ts';

/** The output of a process, on this host. */
export interface ProcessOutput {
  /** The folder with its files. */
  folder: string;
  /** Where the files will be kept, relative to the folder of the run. */
  place: string;
  /** An empty folder for the steps of each test. */
  stepsFolder: string;
  planned: PlannedTest[];
  /** WAIT_TIMEOUT of the tests. */
  waitSeconds: number;
  processEnd: ProcessEnd;
  /** To be hidden in all texts. The files have none that can be read there; a text that is decoded may have some again. */
  secrets: readonly string[];
}

/**
 * Reads the result files of a process and compares them with the plan: one outcome for each planned test. They may have any size and content, because tests write them:
 * hence in a worker thread.
 */
export const judgeOutput = defineTask(
  import.meta.url,
  'judgeOutput',
  async (output: ProcessOutput): Promise<JudgedOutput> => {
    const { folder, place, stepsFolder, planned, waitSeconds, processEnd, secrets } = output;
    const redactor = await createRedactor(secrets);
    const outcomes = reconcile(planned, await collectResults(folder, planned), processEnd);
    const paths = await storedPaths(folder, place, outcomes);
    const judged: JudgedOutcome[] = [];
    for (const [index, { steps, trace: _, ...outcome }] of outcomes.entries()) {
      const stepsFile = steps.length === 0 ? undefined : `${index}.json`;
      if (stepsFile !== undefined)
        await writeFile(join(stepsFolder, stepsFile), JSON.stringify(keptSteps(steps, paths, redactor)));
      const { message, reason, attachments } = outcome;
      judged.push({
        ...outcome,
        // Before they are cut: half a secret would not be recognised.
        message: message === undefined ? undefined : cutMessage(redactor.text(message)),
        reason: reason && cutReason(redactReason(reason, redactor)),
        attachments: [...attachments, ...downloadsOf(outcome, paths.keys())]
          .slice(0, maxAttachments)
          .map(({ name, ...one }) => ({
            ...one,
            name: shorten(redactor.text(name), maxAttachmentNameLength),
          })),
        steps: cutSummary(summarise(steps, waitSeconds), redactor),
        stepsFile,
        executed: executedSteps(steps),
        beforeSuite: beforeSuiteOf(outcome, processEnd),
      });
    }
    return { outcomes: judged, files: Array.from(paths, ([file, path]) => ({ file, path })) };
  },
);

/** A fault of the infrastructure may be one before the first of the steps, such as a browser that does not start. */
function beforeSuiteOf(
  { suite, message, reason }: Pick<TestOutcome, 'suite' | 'message' | 'reason'>,
  { logStart }: ProcessEnd,
): JudgedOutcome['beforeSuite'] {
  if (suite === undefined || !message?.startsWith(beforeFailedHeading)) return undefined;
  return { suite, progress: reason ? undefined : readSuiteProgress(suite, logStart) };
}

/** `undefined` without steps. */
function summarise(steps: readonly Step[], waitSeconds: number): StepSummary | undefined {
  const summary = summariseSteps(steps);
  const waits = findTimedOutWaits(steps, waitSeconds);
  return summary && waits ? { ...summary, waits } : summary;
}

function cutReason({ code, message }: Reason): Reason {
  return { code, message: cutMessage(message) };
}

function cutSummary(
  summary: StepSummary | undefined,
  redactor: Pick<Redactor, 'text'>,
): StepSummary | undefined {
  if (summary === undefined) return undefined;
  const cut = (text: string) => redactor.text(text).slice(0, maxStepNameLength);
  const { count, failed, waits } = summary;
  const pages = waits?.pages.map(({ page, ...each }) => ({
    page: page === undefined ? undefined : cut(page),
    ...each,
  }));
  return {
    count,
    failed: failed && { title: cut(failed.title), number: failed.number },
    ...(waits && pages && { waits: { ...waits, pages } }),
  };
}

/** The first steps, without secrets, with the stored paths of their attachments; attachments that are not stored are omitted. */
function keptSteps(
  steps: readonly Step[],
  paths: ReadonlyMap<string, string>,
  redactor: Pick<Redactor, 'text'>,
): Step[] {
  // One more than a reader shows, so that it says that there are more.
  let remaining = maxKeptSteps + 1;
  const keep = (list: readonly Step[]): Step[] => {
    const kept: Step[] = [];
    for (const step of list) {
      if (remaining === 0) break;
      remaining -= 1;
      kept.push({
        ...step,
        name: redactor.text(step.name).slice(0, maxStepNameLength),
        attachments: step.attachments.flatMap(({ name, path }) => {
          const stored = paths.get(path);
          return stored === undefined ? [] : [{ name: redactor.text(name), path: stored }];
        }),
        steps: keep(step.steps),
      });
    }
    return kept;
  };
  return keep(steps);
}

/** Attachments of Allure 2 have no file extension; a browser needs one. */
const extensions: Record<Attachment['kind'], string> = {
  screenshot: '.png',
  page: '.html',
  log: '.txt',
  steps: '.json',
  trace: '.zip',
  replay: '.json',
  other: '',
};

/** Where each file is kept. */
async function storedPaths(
  folder: string,
  place: string,
  outcomes: readonly TestOutcome[],
): Promise<Map<string, string>> {
  const attachmentByFile = new Map(
    outcomes.flatMap(({ attachments }) => attachments.map((one) => [one.file, one] as const)),
  );
  const paths = new Map<string, string>();
  for (const file of await filesBelow(folder)) {
    paths.set(file, posix.join(place, storedPath(file, attachmentByFile.get(file))));
  }
  return paths;
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
