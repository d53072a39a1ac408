import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPromise } from 'yauzl';
import { matreItself } from '../../src/model/access.ts';
import type { Selection } from '../../src/model/selection.ts';
import { listTests } from '../../src/operations/tests/tests.ts';
import {
  fault,
  type Harness,
  type HarnessEnvironment,
  moduleTest,
  openHarness,
  type RunDetails,
} from '../runs/harness.ts';
import { waitFor } from '../support/wait-for.ts';
import { browser, noPlaywrightReason, sampleFiles, writePackages } from './sample-project.ts';

const folder = 'Test/Playwright';
const secret = 'a-secret-of-the-shop-4711';

// In the sandbox, which has the programs of this machine: Node, npm and Chromium.
describe.skipIf(noPlaywrightReason !== undefined)('tests of Playwright', () => {
  let harness: Harness;
  let environment: HarnessEnvironment;
  const commit = (files: Record<string, string | undefined>, message?: string) =>
    harness.module.commit(
      Object.fromEntries(Object.entries(files).map(([name, content]) => [`${folder}/${name}`, content])),
      message,
    );
  const run = (selection: Partial<Selection>) => harness.run(environment, selection);
  const setVariable = (name: string, value: string) =>
    harness.context.variables.set(environment.id, { name, value, secret: name.includes('SECRET') });
  const summary = ({ results }: RunDetails) =>
    Object.fromEntries(
      results.map(({ test, suite, status }) => [suite === null ? test : `${suite}:${test}`, status]),
    );
  const resultOf = ({ results }: RunDetails, end: string) => results.find(({ test }) => test.endsWith(end));

  beforeAll(async () => {
    harness = await openHarness('sandbox', {
      module: moduleTest('FailTest', fault('fail')),
      settings: {
        MATRE_PLAYWRIGHT: folder,
        MATRE_PLAYWRIGHT_BROWSER: browser,
        MATRE_MEMORY: '2g',
        MATRE_TMPFS_SIZE: '64m',
        MATRE_RETRY_FAILED: '0',
      },
    });
    commit(sampleFiles);
    writePackages(join(harness.module.folder, folder));
    commit({}, 'Packages');
    environment = await harness.environment('preprod-us');
    await setVariable('SHOP_SECRET', secret);
  });
  afterAll(() => harness?.close());

  describe('in a run with tests of MFTF', () => {
    let details: RunDetails;
    beforeAll(async () => {
      const runId = await harness.submit(environment, { tests: ['HarbourHomePageTest'], playwright: {} });
      // The next test of the file waits for this result.
      await waitFor(async () => {
        const results = await harness.context.results.list(runId);
        return results.some(({ test }) => test.endsWith('opens the shop'));
      });
      await waitFor(async () => {
        const plan = await harness.context.plans.list(runId);
        const current = plan.filter(({ startedAt }) => startedAt !== undefined);
        return current.length === 1 && current[0]?.test.endsWith('(47,19 €)');
      });
      await environment.container.exec('touch', '/tmp/first-recorded');
      details = await harness.finished(runId);
    });

    it('have results as those of MFTF, in one run', async () => {
      expect(summary(details)).toEqual({
        HarbourHomePageTest: 'passed',
        'shop:tests/cart.spec.ts › Cart › opens the shop': 'passed',
        'shop:tests/cart.spec.ts › Cart › shows a total (47,19 €)': 'failed',
        'plain:tests/plain.spec.ts › adds': 'passed',
        'plain:tests/plain.spec.ts › fails once': 'failed',
        'plain:tests/plain.spec.ts › is not ready': 'skipped',
        'plain:tests/plain.spec.ts › is known to fail': 'passed',
        'plain:tests/plain.spec.ts › Order › is placed': 'passed',
        'plain:tests/plain.spec.ts › Order › is paid': 'failed',
        'plain:tests/plain.spec.ts › Order › is sent': 'failed',
      });
      expect(details.run.verdict).toBe('failed');
    });

    it('are in the list of tests from then on', async () => {
      const request = { principal: matreItself };
      const { playwright } = await listTests.run(harness.context, { search: '@smoke' }, request);
      expect(playwright?.tests.map(({ name, project }) => [project, name])).toEqual([
        ['shop', 'tests/cart.spec.ts › Cart › opens the shop'],
        ['shop', 'tests/cart.spec.ts › Cart › shows a total (47,19 €)'],
      ]);
    });

    it('name the place of a failure, its steps and its message', () => {
      const result = resultOf(details, '(47,19 €)');
      expect(result?.message).toMatch(/toHaveText.*failed/);
      expect(result?.message).not.toContain('\u001b');
      expect(result?.attachments.map(({ kind }) => kind)).toEqual(
        expect.arrayContaining(['log', 'trace', 'steps']),
      );
    });

    it('keep a trace of a failure without secrets', async () => {
      const trace = resultOf(details, '(47,19 €)')?.attachments.find(({ kind }) => kind === 'trace');
      const temporary = mkdtempSync(join(tmpdir(), 'matre-trace-'));
      const file = join(temporary, 'trace.zip');
      const { stream } = await harness.context.artifacts.open(details.run.id, trace?.path ?? '');
      writeFileSync(file, await buffer(stream));
      const archive = await openPromise(file);
      let text = '';
      for await (const entry of archive.eachEntry()) {
        text += (await buffer(await archive.openReadStreamPromise(entry))).toString('latin1');
      }
      rmSync(temporary, { recursive: true });
      expect(text).toContain('[hidden]');
      expect(text).not.toContain(secret);
    });
  });

  it('are retried with their serial group, and flaky when they pass then', async () => {
    await environment.container.exec('rm', '-f', '/tmp/failed-once');
    const runId = await harness.submit(
      environment,
      { tests: ['plain:tests/plain.spec.ts › Order › is placed'], playwright: { grep: 'fails once' } },
      { retryFailed: 1 },
    );
    const { results, run } = await harness.finished(runId);
    expect(results.map(({ test, status }) => [test.split(' › ').at(-1), status])).toEqual([
      ['fails once', 'passed'],
      ['is placed', 'passed'],
    ]);
    expect(run).toMatchObject({ verdict: 'passed', counts: { planned: 2, flaky: 1 } });
  });

  it('are not executed when as many tests of MFTF failed as the run allows', async () => {
    const selection = { tests: ['FailTest'], playwright: { tags: ['@smoke'] } };
    const runId = await harness.submit(environment, selection, { maxFailures: 1 });
    const { results } = await harness.finished(runId);
    expect(results.map(({ status, reason }) => [status, reason?.code])).toEqual([
      ['failed', undefined],
      ['skipped', 'MAX_FAILURES_REACHED'],
      ['skipped', 'MAX_FAILURES_REACHED'],
    ]);
  });

  it('fail with the cause when a project that they need fails', async () => {
    await setVariable('SETUP_FAILS', '1');
    const { results } = await run({ playwright: { projects: ['shop'] } });
    await harness.context.variables.unset(environment.id, 'SETUP_FAILS');
    expect(results.map(({ status }) => status)).toEqual(['failed', 'failed']);
    expect(results[0]?.message).toContain('because tests/prepare.setup.ts › prepares failed before it');
    expect(results[0]?.attachments.map(({ kind }) => kind)).toContain('trace');
  });

  it('break a run with a code when the project has no lock file or cannot be listed', async () => {
    const reasonOf = async () => (await run({ playwright: { tags: ['@fast'] } })).run.reason;
    commit({ 'package-lock.json': undefined });
    expect(await reasonOf()).toMatchObject({ code: 'PLAYWRIGHT_LOCK_MISSING' });
    harness.module.git('revert', '--no-edit', 'HEAD');
    commit({ 'tests/plain.spec.ts': "import { test } from '@playwright/test';\ntest('a', (\n" });
    expect(await reasonOf()).toMatchObject({
      code: 'PLAYWRIGHT_PROJECT_INVALID',
      message: expect.stringContaining('tests/plain.spec.ts'),
    });
  });
});
