import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type FaultCode, isTransient } from '../../faults/fault.ts';
import { causeOf } from '../../model/failure.ts';
import { laterException } from '../../model/failure-headline.ts';
import type { PlannedTest } from '../../model/selection.ts';
import { summariseSteps } from '../../model/steps.ts';
import { collectResults } from './collect.ts';
import { type ProcessEnd, reconcile } from './reconcile.ts';
import { findTimedOutWaits } from './timed-out-waits.ts';

const samples = resolve(import.meta.dirname, '../../../test/samples/results');
const suite = 'MatreAdminSuite';
const suiteTests = ['MatreAdminLogTest', 'MatreAdminOrderGridTest'].map((name) => ({ name, suite }));
const alone = (name: string): PlannedTest[] => [{ name, suite: undefined }];

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

function processEnd(more: Partial<ProcessEnd> & { code?: number } = {}): ProcessEnd {
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

async function outcomesOf(
  sample: string,
  more: Parameters<typeof processEnd>[0] = {},
  folder = join(samples, sample),
) {
  const { planned, code } = processes[sample] as { planned: PlannedTest[]; code: number };
  return reconcile(planned, await collectResults(folder, planned), processEnd({ code, ...more }));
}

async function copyOf(sample: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'matre-results-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await cp(join(samples, sample), folder, { recursive: true });
  return folder;
}

/** Paths of the result files of a sample: those with the outcomes of tests. */
async function resultFiles(sample: string): Promise<string[]> {
  const allure = await readdir(join(samples, sample, 'allure-results'));
  return [
    'report.xml',
    ...allure
      .filter((name) => /-(testsuite\.xml|(result|container)\.json)$/.test(name))
      .map((name) => `allure-results/${name}`),
  ];
}

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

describe('a good verdict needs all sources to agree', () => {
  it('invariant 9: results cut short anywhere never pass a test', async () => {
    for (const sample of ['pass', 'suite', 'mftf5-pass', 'mftf5-suite']) {
      const folder = await copyOf(sample);
      for (const path of await resultFiles(sample)) {
        const whole = await readFile(join(folder, path), 'utf8');
        const cut = fc.integer({ min: 0, max: whole.trimEnd().length - 1 });
        await fc.assert(
          fc.asyncProperty(cut, async (length) => {
            await writeFile(join(folder, path), whole.slice(0, length));
            const outcomes = await outcomesOf(sample, {}, folder);
            expect(outcomes.every(({ status }) => status === 'broken')).toBe(true);
            const none = length === 0 && path === 'report.xml';
            const code = none ? 'RESULT_MISSING' : 'RESULT_UNREADABLE';
            expect(outcomes.some(({ reason }) => reason?.code === code)).toBe(true);
          }),
          { numRuns: 40 },
        );
        await writeFile(join(folder, path), whole);
      }
      expect((await outcomesOf(sample, {}, folder)).some(({ status }) => status === 'passed')).toBe(true);
    }
  });

  it('a missing kind of result file breaks the test', async () => {
    for (const path of ['report.xml', 'allure-results']) {
      const folder = await copyOf('pass');
      await rm(join(folder, path), { recursive: true });
      expect(await outcomesOf('pass', {}, folder)).toMatchObject([
        { status: 'broken', reason: { code: 'RESULT_MISSING' } },
      ]);
    }
  });

  it('the worse of two contradicting files counts', async () => {
    const folder = await copyOf('pass');
    const report = await readFile(join(folder, 'report.xml'), 'utf8');
    const failing = report.replace(
      /time="[\d.]+"\/>/,
      'time="1"><failure type="X">It went wrong</failure></testcase>',
    );
    await writeFile(join(folder, 'report.xml'), failing);
    expect(await outcomesOf('pass', { code: 1 }, folder)).toMatchObject([
      { status: 'failed', message: 'It went wrong' },
    ]);
  });

  it.each([137, 143])(
    'a process that is killed (%i) after only good results is executed again',
    async (code) => {
      const [outcome] = await outcomesOf('pass', { code });
      expect(outcome).toMatchObject({ status: 'broken', reason: { code: 'RESULT_MISSING' } });
      expect(isTransient(outcome?.reason?.code as FaultCode)).toBe(true);
    },
  );

  it('a process that fails after only good results breaks its tests', async () => {
    expect(await outcomesOf('pass', { code: 255 })).toMatchObject([
      { status: 'broken', reason: { code: 'RESULT_CONTRADICTORY' } },
    ]);
    const end = { kind: 'exited', code: 137, outOfMemory: true } as const;
    expect(await outcomesOf('pass', { end })).toMatchObject([{ reason: { code: 'OUT_OF_MEMORY' } }]);
  });

  it('a vanished container breaks the tests', async () => {
    const end = { kind: 'unknown', message: 'The container is gone.' } as const;
    expect(await outcomesOf('pass', { end })).toMatchObject([
      { status: 'broken', reason: { code: 'CONTAINER_VANISHED' }, message: 'The container is gone.' },
    ]);
    expect(await outcomesOf('fail', { end })).toMatchObject([{ status: 'failed' }]);
  });
});

describe('tests without a result', () => {
  const nothing = { allure: [], junit: [], unreadable: [], pictures: [] };

  it.each<[string, Partial<ProcessEnd> & { code?: number }, string]>([
    ['nothing known', { code: 0 }, 'RESULT_MISSING'],
    [
      'a line of the log',
      { code: 1, log: 'File or path a/XCest.php not f  \n  ound' },
      'GENERATED_FILE_MISSING',
    ],
    ['we stopped it', { code: 143, stopped: { code: 'TEST_TIMEOUT', message: 'too long' } }, 'TEST_TIMEOUT'],
    ['killed for memory', { end: { kind: 'exited', code: 137, outOfMemory: true } }, 'OUT_OF_MEMORY'],
  ])('are broken with the best reason: %s', (_, more, code) => {
    const [outcome] = reconcile(alone('XTest'), nothing, processEnd(more));
    expect(outcome).toMatchObject({ test: 'XTest', status: 'broken', reason: { code }, durationMs: 9000 });
  });

  it('have the PHP error that ended the process', () => {
    const log =
      ' PASSED \n\nPHP Parse error:  syntax error, unexpected token "readonly" in A.php on line 80\n---';
    const [outcome] = reconcile(alone('XTest'), nothing, processEnd({ code: 255, log }));
    expect(outcome).toMatchObject({
      status: 'broken',
      reason: {
        code: 'RESULT_MISSING',
        message: expect.stringMatching(/ 255 .*unexpected token "readonly" in A\.php on line 80$/),
      },
    });
  });

  it('are returned once each, in the order of the plan, without unplanned tests', async () => {
    const planned = [...suiteTests, { name: 'Third', suite }].reverse();
    const outcomes = reconcile(
      planned,
      await collectResults(join(samples, 'suite'), suiteTests),
      processEnd(),
    );
    expect(outcomes.map(({ test, status }) => `${test} ${status}`)).toEqual([
      'Third broken',
      'MatreAdminOrderGridTest passed',
      'MatreAdminLogTest passed',
    ]);
  });

  it('are distinguished by suite when they have the same name', async () => {
    const planned = [{ name: 'MatreAdminLogTest', suite: 'Other' }];
    const outcomes = reconcile(
      planned,
      await collectResults(join(samples, 'suite'), suiteTests),
      processEnd(),
    );
    expect(outcomes).toMatchObject([{ status: 'broken', reason: { code: 'RESULT_MISSING' } }]);
  });

  it('have the reason for which the process was stopped', async () => {
    const folder = await copyOf('broken');
    const [file = ''] = (await resultFiles('broken')).filter(
      (path) => path.endsWith('.xml') && path !== 'report.xml',
    );
    const xml = await readFile(join(folder, file), 'utf8');
    await writeFile(join(folder, file), xml.replaceAll('no such element', 'TESTS EXECUTION TERMINATED'));
    const stopped = { code: 'TEST_TIMEOUT', message: 'It took too long.' } as const;
    expect(await outcomesOf('broken', { stopped }, folder)).toMatchObject([
      { status: 'broken', reason: stopped },
    ]);
  });
});

describe('attachments', () => {
  it('are never outside the folder', async () => {
    const folder = await copyOf('fail');
    const [file = ''] = (await resultFiles('fail')).filter((path) => path.endsWith('-testsuite.xml'));
    const xml = await readFile(join(folder, file), 'utf8');
    await writeFile(
      join(folder, file),
      xml.replaceAll(/source="[^"]*"/g, 'source="../../../../../../../etc/passwd"'),
    );
    const [outcome] = await outcomesOf('fail', {}, folder);
    expect(outcome?.attachments.every((one) => one.file.includes('MatreCouponTestCest'))).toBe(true);
  });
});
