import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { onTestFinished } from 'vitest';
import { collectResults } from '../../src/mftf/results/collect.ts';
import { type ProcessEnd, reconcile } from '../../src/mftf/results/reconcile.ts';
import type { PlannedTest } from '../../src/model/selection.ts';

// What real processes of MFTF left in their output folders, see test/samples/results.

export const samples = resolve(import.meta.dirname, '../samples/results');
export const suite = 'MatreAdminSuite';
export const suiteTests = ['MatreAdminLogTest', 'MatreAdminOrderGridTest'].map((name) => ({ name, suite }));
export const alone = (name: string): PlannedTest[] => [{ name, suite: undefined }];

/** The tests that each sample process executed, and the code it exited with. */
const processes: Record<string, { planned: PlannedTest[]; code: number }> = {
  pass: { planned: alone('MatreSearchProductTest'), code: 0 },
  skip: { planned: alone('MatreWishlistTest'), code: 0 },
  fail: { planned: alone('MatreCouponTest'), code: 1 },
  broken: { planned: alone('MatreAdminReportTest'), code: 1 },
  suite: { planned: suiteTests, code: 0 },
  'suite-before-failed': { planned: suiteTests, code: 0 },
  'false-pass': { planned: suiteTests, code: 1 },
  'before-and-after-failed': { planned: alone('StorefrontUpdateWishlistTest'), code: 1 },
  'after-failed-too': { planned: alone('AcmeAfterTest'), code: 1 },
  'helper-failed': { planned: alone('AcmeHelperTest'), code: 1 },
  'command-missing': { planned: alone('AcmeCommandTest'), code: 1 },
  'control-characters': { planned: alone('AcmeControlTest'), code: 1 },
  waits: { planned: alone('AcmeWaitsBusyTest'), code: 0 },
  'mftf5-pass': { planned: alone('MatreSearchProductTest'), code: 0 },
  'mftf5-fail': { planned: alone('MatreCouponTest'), code: 1 },
  'mftf5-suite': { planned: suiteTests, code: 0 },
};

/** How a process ended. */
export function processEnd(more: Partial<ProcessEnd> & { code?: number } = {}): ProcessEnd {
  const { code = 0, ...others } = more;
  return {
    end: { kind: 'exited', code, outOfMemory: false },
    logStart: '',
    log: '',
    startedAt: new Date('2026-01-01T00:00:00Z'),
    endedAt: new Date('2026-01-01T00:00:09Z'),
    stopped: undefined,
    ...others,
  };
}

/** The outcomes of the tests of a sample, read from a copy of it if one is given. */
export async function outcomesOf(
  sample: string,
  more: Parameters<typeof processEnd>[0] = {},
  folder = join(samples, sample),
) {
  const { planned, code } = processes[sample] as { planned: PlannedTest[]; code: number };
  return reconcile(planned, await collectResults(folder, planned), processEnd({ code, ...more }));
}

/** A copy of a sample, which the test may change. */
export async function copyOf(sample: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'matre-results-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await cp(join(samples, sample), folder, { recursive: true });
  return folder;
}

/** Paths of the result files of a sample: those with the outcomes of tests. */
export async function resultFiles(sample: string): Promise<string[]> {
  const allure = await readdir(join(samples, sample, 'allure-results'));
  return [
    'report.xml',
    ...allure
      .filter((name) => /-(testsuite\.xml|(result|container)\.json)$/.test(name))
      .map((name) => `allure-results/${name}`),
  ];
}
