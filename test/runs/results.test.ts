import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sampleAdmin } from '../../src/demo/shop/shop.ts';
import { matreItself } from '../../src/model/access.ts';
import { reportJunit } from '../../src/operations/reports/reports.ts';
import { listResults } from '../../src/operations/results/run-results.ts';
import { readLog } from '../../src/operations/runs/run-record.ts';
import {
  type Harness,
  type HarnessEnvironment,
  openHarness,
  overEngines,
  type RunDetails,
} from './harness.ts';

/** A run with all possible outcomes of tests, on MFTF 3 (Allure 1) and MFTF 5 (Allure 2). */
overEngines((kind) => {
  describe.each(['3.8.0', '5.3.0'])('MFTF %s', (mftfVersion) => {
    let harness: Harness;
    let environment: HarnessEnvironment;
    let run: RunDetails;

    beforeAll(async () => {
      harness = await openHarness(kind, { mftfVersion });
      environment = await harness.environment('stage-es');
      run = await harness.run(environment, {
        tests: ['HarbourAdminSignInTest'],
        groups: ['smoke'],
        suites: ['HarbourOrdersSuite'],
        exclude: ['HarbourNewsletterTest'],
      });
    });
    afterAll(() => harness.close());

    const resultOf = (name: string) => {
      const match = run.results.find(({ test }) => test === name);
      if (!match) throw new Error(`no result of ${name}`);
      return match;
    };

    test('runs the tests that groups, suites and names select, without excluded tests', () => {
      expect(run.plan.map(({ test, suite, status }) => [test, suite, status]).sort()).toEqual([
        ['HarbourAdminOrderGridTest', 'HarbourOrdersSuite', 'passed'],
        ['HarbourAdminOrderViewTest', 'HarbourOrdersSuite', 'passed'],
        ['HarbourAdminSignInTest', null, 'passed'],
        ['HarbourHomePageTest', null, 'passed'],
        ['HarbourProductPriceTest', null, 'failed'],
        ['HarbourSearchTest', null, 'passed'],
        ['HarbourWishlistTest', null, 'skipped'],
      ]);
      expect(run.run).toMatchObject({
        verdict: 'failed',
        reason: null,
        counts: { planned: 7, passed: 5, failed: 1, skipped: 1, broken: 0 },
      });
    });

    test('records the version of the shop', async () => {
      const [row] = await harness.context.database.query('SELECT shop_version FROM run WHERE id = $1', [
        run.run.id,
      ]);
      expect(row).toEqual({ shop_version: 'Magento/2.4 (Community)' });
    });

    test('records the commit of the tests', () => {
      expect(run.run.commit).toEqual({
        id: harness.module.git('rev-parse', 'HEAD').trim(),
        subject: 'Tests of the harbour shop',
      });
    });

    test('reports what a failed test expected, and keeps its screenshot and its page', async () => {
      const result = resultOf('HarbourProductPriceTest');
      expect(result).toMatchObject({ reason: null, message: expect.stringContaining('12,00 €') });
      const pathOf = (kind: string) => result.attachments.find((one) => one.kind === kind)?.path ?? '';
      const { stream } = await harness.context.artifacts.open(run.run.id, pathOf('screenshot'));
      expect((await buffer(stream)).subarray(0, 8)).toEqual(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'));
      const page = await harness.artifact(run.run.id, pathOf('page'));
      expect(page).toContain('<h1');
      expect(page).toContain('14,52 €');
    });

    test('names the line of the step that failed', async () => {
      const { tests } = await listResults.run(
        harness.context,
        { id: run.run.id, only: 'failures' },
        { principal: matreItself },
      );
      const path = 'Test/Mftf/Test/HarbourProductPriceTest.xml';
      const xml = harness.module.git('show', `${run.run.commit?.id}:${path}`).split('\n');
      const lineOf = (text: string) => xml.findIndex((line) => line.includes(text)) + 1;
      expect(tests[0]?.failure?.place).toMatchObject({
        test: { path, line: lineOf('<test name'), commit: run.run.commit?.id },
        step: { path, line: lineOf('"seePrice"'), stepKey: 'seePrice', call: null, url: null },
      });
    });

    test('keeps the steps and the log of each test', async () => {
      for (const { test, attachments } of run.results.filter(({ status }) => status !== 'skipped')) {
        const steps = attachments.find(({ kind }) => kind === 'steps')?.path ?? '';
        expect(JSON.parse(await harness.artifact(run.run.id, steps)), test).not.toHaveLength(0);
        const log = attachments.find(({ name }) => name === 'Log')?.path ?? '';
        expect(await harness.artifact(run.run.id, log)).toContain(test);
      }
    });

    test('reports why a test was skipped', () => {
      expect(resultOf('HarbourWishlistTest').message).toContain('HG-205');
    });

    test('runs the steps before and after a suite', async () => {
      // The suite's before creates an order that its test sees; its after deletes the order.
      expect(resultOf('HarbourAdminOrderGridTest').status).toBe('passed');
      expect(await ordersOf(environment)).not.toContain('suite@example.com');
      expect(await harness.log(run.run.id)).toMatch(/before[\s\S]*HarbourAdminOrderViewTest[\s\S]*after/);
    });

    test('keeps one log of the whole run', async () => {
      const { text, finished } = await readLog.run(
        harness.context,
        { id: run.run.id, from: 0 },
        { principal: matreItself },
      );
      expect(finished).toBe(true);
      expect(text).toContain(`Test module: ${run.run.commit?.id}`);
      expect(text).toContain('HarbourProductPriceTest: failed');
      expect(text).toContain('All tests have a result.');
      expect(Buffer.byteLength(text)).toBeGreaterThan(1_000);
    });

    test('reports the run as JUnit', async () => {
      const { xml } = await reportJunit.run(
        harness.context,
        { ids: String(run.run.id), dialect: 'common' },
        { principal: matreItself },
      );
      expect(xml).toMatch(/<testsuite [^>]*tests="7"[^>]*failures="1"/);
      expect(xml).toContain('HarbourProductPriceTest');
    });

    test('executes the processes in the order of the plan, and leaves none running', async () => {
      const journal = await environment.container.journal();
      // Validation of the files, generation of the tests, the data of the run, and a process for each block.
      expect(journal.map(({ event }) => event).filter((event) => event === 'start').length).toBe(9);
      for (let at = 0; at < journal.length; at += 2) {
        expect([journal[at]?.event, journal[at + 1]?.event]).toEqual(['start', 'end']);
      }
    });
  });
});

/** The page with all orders, as an administrator sees it. */
async function ordersOf({ shop }: HarnessEnvironment): Promise<string> {
  const admin = `${shop.url}admin/admin`;
  const { username, password } = sampleAdmin;
  const body = new URLSearchParams({ 'login[username]': username, 'login[password]': password });
  const login = await fetch(admin, { method: 'POST', body, redirect: 'manual' });
  const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? '';
  return (await fetch(`${shop.url}admin/sales/order`, { headers: { cookie } })).text();
}
