import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  alone,
  copyOf,
  outcomesOf,
  processEnd,
  resultFiles,
  samples,
  suite,
  suiteTests,
} from '../../../test/support/result-samples.ts';
import { type FaultCode, isTransient } from '../../faults/fault.ts';
import { collectResults } from './collect.ts';
import { type ProcessEnd, reconcile } from './reconcile.ts';

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
