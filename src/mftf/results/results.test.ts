import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { copyOf, outcomesOf, resultFiles } from '../../../test/support/result-samples.ts';
import { causeOf } from '../../model/failure.ts';
import { laterException } from '../../model/failure-headline.ts';
import { summariseSteps } from '../../model/steps.ts';
import { findTimedOutWaits } from './timed-out-waits.ts';

describe('the results of real processes', () => {
  it('a test that passed', async () => {
    const [outcome] = await outcomesOf('pass');
    expect(outcome).toMatchObject({
      test: 'MatreSearchProductTest',
      suite: undefined,
      status: 'passed',
      message: undefined,
      reason: undefined,
      startedAt: new Date(1795359247463),
      durationMs: 5380,
      attachments: [],
    });
    expect(outcome?.steps.map(({ name }) => name)).toContain('[openHome] am on page "/"');
  });

  it('a test that was skipped', async () => {
    const [outcome] = await outcomesOf('skip');
    expect(outcome).toMatchObject({ status: 'skipped', message: expect.stringContaining('MATRE-400') });
  });

  it('a test that failed: message, trace, picture and page, each once', async () => {
    const [outcome] = await outcomesOf('fail');
    expect(outcome).toMatchObject({
      status: 'failed',
      message: 'Failed asserting that an array is not empty.',
      reason: undefined,
      trace: expect.stringContaining('#0 '),
    });
    const names = 'Magento.AcceptanceTest._default.Backend.MatreCouponTestCest.MatreCouponTest.fail';
    expect(outcome?.attachments.map(({ kind, file }) => [kind, file])).toEqual([
      ['page', `${names}.html`],
      ['screenshot', `${names}.png`],
      ['log', expect.stringMatching(/^allure-results\/.*\.txt$/)],
    ]);
    const steps = outcome?.steps ?? [];
    expect(steps[0]).toMatchObject({ name: '[addMug] MatreAddToCartActionGroup', status: 'passed' });
    expect(steps[0]?.steps).toHaveLength(5);
  });

  it('a test with an exception on a page of the shop failed, although Allure calls it broken', async () => {
    const [outcome] = await outcomesOf('broken');
    expect(outcome).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('no such element'),
      reason: undefined,
    });
  });

  it('invariant 9: a wrong admin password in <before>, although <after> fails for another reason', async () => {
    const [outcome] = await outcomesOf('before-and-after-failed');
    expect(outcome).toMatchObject({ status: 'broken', reason: { code: 'CREDENTIALS_WRONG' } });
    const [first, after] = (outcome?.message ?? '').split(laterException);
    expect(first).toMatch(/^Cannot retrieve API token with credentials\..*Error HTTP response code: 401 /s);
    expect(after).toBe('Entity with a CreateDataKey of category could not be found');
    expect(summariseSteps(outcome?.steps ?? [])?.failed?.title).toContain('[category] create entity');
  });

  it('a test that failed, and failed again in <after>: the first message is the cause', async () => {
    const [outcome] = await outcomesOf('after-failed-too');
    expect(outcome).toMatchObject({ status: 'failed', reason: undefined });
    expect(outcome?.message).toMatch(
      /^Failed asserting that {2}on page \/\n--> shop\n--> contains "never there"\./,
    );
    expect(outcome?.message).toContain(`${laterException}CSS or XPath element with '#logout' was not found.`);
    expect(causeOf(outcome?.message ?? '')).toBe(
      causeOf((outcome?.message ?? '').split(laterException)[0] ?? ''),
    );
    expect(summariseSteps(outcome?.steps ?? [])?.failed?.title).toBe('[seeIt] see "never there"');
  });

  it('a test that failed in a helper: the call of the helper is the step that failed', async () => {
    const [outcome] = await outcomesOf('helper-failed');
    expect(outcome).toMatchObject({ status: 'failed', message: expect.stringMatching(/^no such element/) });
    expect(summariseSteps(outcome?.steps ?? [])).toEqual({
      count: 2,
      failed: { title: '[callHelper] \\Acme\\Probe\\Test\\Mftf\\Helper\\ProbeHelper::breakIt()', number: 2 },
    });
  });

  it('invariant 9: a Magento command of a shop that does not serve command.php', async () => {
    const [outcome] = await outcomesOf('command-missing');
    expect(outcome).toMatchObject({
      status: 'broken',
      reason: { code: 'MAGENTO_COMMAND_MISSING' },
      message: expect.stringContaining('404'),
    });
  });

  it('a test whose exception has characters that XML forbids: verdict, picture, page and steps', async () => {
    const [outcome] = await outcomesOf('control-characters');
    expect(outcome).toMatchObject({
      status: 'failed',
      message: 'bad \ufffd\ufffd \ufffd[31m text \ufffd end',
    });
    expect(outcome?.attachments.map(({ kind }) => kind)).toEqual(['page', 'screenshot', 'log']);
    expect(outcome?.steps.map(({ status }) => status)).toEqual(['passed', 'failed']);
  });

  it('a test that failed, and whose Allure file cannot be read: verdict, picture and page', async () => {
    const folder = await copyOf('fail');
    const [file = ''] = (await resultFiles('fail')).filter((path) => path.startsWith('allure'));
    await writeFile(join(folder, file), 'no XML');
    const [outcome] = await outcomesOf('fail', {}, folder);
    expect(outcome).toMatchObject({ status: 'failed', message: expect.stringContaining('Failed asserting') });
    expect(outcome?.attachments.map(({ kind }) => kind)).toEqual(['page', 'screenshot']);
  });

  it('an action group takes as long as its steps', async () => {
    const [outcome] = await outcomesOf('fail');
    const group = outcome?.steps.find(({ steps }) => steps.length > 0);
    const sum = group?.steps.reduce((total, { durationMs }) => total + durationMs, 0) ?? 0;
    expect(sum).toBeGreaterThan(0);
    expect(group?.durationMs).toBeGreaterThanOrEqual(sum);
  });

  it('the tests of a suite', async () => {
    const outcomes = await outcomesOf('suite');
    expect(outcomes.map(({ test, status }) => [test, status])).toEqual([
      ['MatreAdminLogTest', 'passed'],
      ['MatreAdminOrderGridTest', 'passed'],
    ]);
  });

  it('tests whose suite failed in its before are broken, although the process exits with 0', async () => {
    const outcomes = await outcomesOf('suite-before-failed');
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({
        status: 'broken',
        message: expect.stringContaining('SUITE PRECONDITION FAILED'),
        reason: { code: 'MAGENTO_UNREACHABLE' },
      });
    }
  });

  it('tests whose suite failed in its before for another reason fail with it', async () => {
    const folder = await copyOf('suite-before-failed');
    const file = join(folder, 'allure-results/6a1e0c5e-testsuite.xml');
    const message = 'Failed asserting that  on page /rest\n--&gt; Error HTTP response code: 503';
    const content = (await readFile(file, 'utf8')).replace(
      /(<message>SUITE PRECONDITION FAILED:\n)[\s\S]*?(<\/message>)/g,
      `$1${message}$2`,
    );
    await writeFile(file, content);
    const outcomes = await outcomesOf('suite-before-failed', {}, folder);
    expect(outcomes.map(({ status, reason }) => [status, reason])).toEqual([
      ['failed', undefined],
      ['failed', undefined],
    ]);
    // All of its tests have one cause.
    expect(new Set(outcomes.map(({ message = '' }) => causeOf(message))).size).toBe(1);
    expect(outcomes[0]?.message).toMatch(/^SUITE PRECONDITION FAILED:\nFailed asserting that/);
  });

  it('a command in the before of a suite that command.php does not answer makes its tests broken', async () => {
    const folder = await copyOf('suite-before-failed');
    const file = join(folder, 'allure-results/6a1e0c5e-testsuite.xml');
    const withAnswer = async (answer: string) => {
      const content = (await readFile(file, 'utf8')).replace(
        /(<message>SUITE PRECONDITION FAILED:\n)[\s\S]*?(<\/message>)/g,
        `$1Error HTTP response code: 404    Response:${answer}$2`,
      );
      await writeFile(file, content);
      const [outcome] = await outcomesOf('suite-before-failed', {}, folder);
      return [outcome?.status, outcome?.reason?.code];
    };
    expect(await withAnswer('&lt;html&gt;404 Not Found&lt;/html&gt;')).toEqual([
      'broken',
      'MAGENTO_COMMAND_MISSING',
    ]);
    expect(await withAnswer('{"message":"No such entity"}')).toEqual(['failed', undefined]);
  });

  it('tests whose process ended in the before of their suite have the cause instead of a missing result', async () => {
    const logStart = '/******** Beginning execution of MatreAdminSuite suite before block ********/\n';
    const log = `${logStart}[RuntimeException]\n  Suite condition failure:   \n  Call to a member function go() on null  \n   \n`;
    const ended = await outcomesOf('false-pass', { logStart, log });
    expect(ended.map(({ status, message }) => [status, message])).toEqual([
      ['failed', 'SUITE PRECONDITION FAILED:\nCall to a member function go() on null'],
      ['failed', 'SUITE PRECONDITION FAILED:\nCall to a member function go() on null'],
    ]);
    const [killed] = await outcomesOf('false-pass', { logStart, log: logStart, code: 137 });
    expect(killed).toMatchObject({ status: 'broken', reason: { code: 'RESULT_MISSING' } });
    expect(killed?.message).toContain('This was in the steps before the suite MatreAdminSuite.');
    const stopped = { code: 'TEST_TIMEOUT' as const, message: 'It took longer than 5 s and was stopped.' };
    const [late] = await outcomesOf('false-pass', { logStart, log: logStart, code: 143, stopped });
    expect(late?.reason).toEqual({
      code: 'TEST_TIMEOUT',
      message: `${stopped.message} This was in the steps before the suite MatreAdminSuite.`,
    });
  });

  it('tests that were executed although the before of their suite ended early fail', async () => {
    const logStart =
      '/******** Beginning execution of MatreAdminSuite suite before block ********/\nEntering Action Group [s] AcmeActionGroup\n/******** Execution of MatreAdminSuite suite before block complete ********/';
    const outcomes = await outcomesOf('suite', { logStart });
    expect(outcomes.map(({ status }) => status)).toEqual(['failed', 'failed']);
    expect(outcomes[0]?.message).toContain('[s] AcmeActionGroup');
  });

  it('a test during which the process died is broken, although Allure 1 says passed', async () => {
    const log = 'Suite condition failure:                   \n  Call to a member function close() on null';
    const outcomes = await outcomesOf('false-pass', { log });
    expect(outcomes.map(({ status, reason }) => [status, reason?.code])).toEqual([
      ['broken', 'SELENIUM_UNREACHABLE'],
      ['broken', 'SELENIUM_UNREACHABLE'],
    ]);
    const [silent] = await outcomesOf('false-pass');
    // Its report is empty: it was killed before it wrote one.
    expect(silent).toMatchObject({ status: 'broken', reason: { code: 'RESULT_MISSING' } });
  });

  it('waits that ran out on a page whose jQuery is never idle', async () => {
    const [outcome] = await outcomesOf('waits');
    expect(outcome?.status).toBe('passed');
    expect(findTimedOutWaits(outcome?.steps ?? [], 3)).toEqual({
      count: 6,
      lostMs: 28_000,
      pages: [
        { page: '/busy', seconds: 2, count: 4 },
        { page: '/busy', seconds: 3, count: 2 },
      ],
    });
  });

  it('the results of MFTF 5', async () => {
    expect(await outcomesOf('mftf5-pass')).toMatchObject([{ status: 'passed', durationMs: 5380 }]);
    const [failed] = await outcomesOf('mftf5-fail');
    expect(failed).toMatchObject({
      status: 'failed',
      message: 'Failed asserting that an array is not empty.',
      steps: [{ steps: [{ durationMs: 1500 }] }, { status: 'failed' }],
    });
    expect(failed?.attachments.map(({ kind, name }) => [kind, name])).toEqual([
      ['page', 'Page'],
      ['screenshot', 'Screenshot'],
      ['other', 'API Endpoint'],
    ]);
    expect((await outcomesOf('mftf5-suite')).map(({ status }) => status)).toEqual(['passed', 'skipped']);
  });
});
