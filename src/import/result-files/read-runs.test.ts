import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { junitReport, reported, result } from '../../../test/support/reported-run.ts';
import { readRuns } from './read-runs.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'matre-read-runs-'));
});
afterEach(() => rm(folder, { recursive: true }));

const read = (path = folder, withoutFiles = false) => readRuns(path, { withoutFiles });
const write = (name: string, content: unknown) =>
  writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
const allure = (source: string) => ({
  ...{ name: 'ATest', fullName: 'Cart: ATest', status: 'broken', start: 1_000, stop: 3_500 },
  steps: [{ name: 'step', attachments: [{ name: 'Page', source }] }],
});

describe('the runs in files', () => {
  it('are a run for each JUnit file, with the times of its suites, and again the same', async () => {
    const results = [
      result('ATest', 'passed'),
      result('BTest', 'failed', { suite: 'One', message: 'a ]]> \0 <b>' }),
      result('CTest', 'skipped'),
    ];
    await write('night.xml', await junitReport([reported(results)]));
    const [run, ...others] = await read();
    expect(others).toEqual([]);
    const rows = run?.results.map(({ test, suite, status, startedAt, durationMs }) => [
      ...[test, suite, status, startedAt.toISOString(), durationMs],
    ]);
    expect(rows).toEqual([
      ['ATest', undefined, 'passed', '2026-01-02T03:04:00.000Z', 1234],
      ['BTest', 'One', 'failed', '2026-01-02T03:04:01.234Z', 1234],
      ['CTest', undefined, 'skipped', '2026-01-02T03:04:02.468Z', 1234],
    ]);
    expect(run?.results[1]?.message).toBe('a ]]>  <b>');
    expect((await read(join(folder, 'night.xml')))[0]?.digest).toBe(run?.digest);
  });

  it('are one for the files of an execution, which ends when a test comes again or after half an hour', async () => {
    const suite = (timestamp: string, ...tests: string[]) =>
      `<testsuite timestamp="2026-01-${timestamp}:00">${tests.map((name) => `<testcase name="${name}" classname="C" time="60"/>`)}</testsuite>`;
    await write('TEST-a.xml', suite('01T02:00', 'A', 'B'));
    await write('TEST-b.xml', suite('01T02:20', 'C'));
    await write('TEST-c.xml', suite('01T02:51', 'D'));
    await write('TEST-d.xml', suite('01T03:23', 'E'));
    await write('again.xml', suite('01T03:25', 'E', 'A'));
    const runs = await read();
    expect(runs.map(({ name, results }) => [name, results.map(({ test }) => test).join('')])).toEqual([
      [expect.stringMatching(/^matre-read-runs-\w+ \(3 files from TEST-a\.xml\)$/), 'ABCD'],
      ['TEST-d.xml', 'E'],
      ['again.xml', 'EA'],
    ]);
    const digests = (await read()).map(({ digest }) => digest);
    expect(digests).toEqual(runs.map(({ digest }) => digest));
    expect((await read(join(folder, 'again.xml')))[0]?.digest).toBe(digests[2]);
  });

  it('have the last execution of each test, and the files of all its steps', async () => {
    await write('a-result.json', allure('a.html'));
    await write('b-result.json', { name: 'ATest', status: 'passed', start: 500, stop: 600 });
    await write('a.html', 'page');
    const [run] = await read();
    expect(run?.results).toMatchObject([
      { status: 'broken', durationMs: 2_500, files: [{ source: 'a.html' }] },
    ]);
  });

  it('have the suites of MFTF, whose JUnit calls the class of a test `class`', async () => {
    const report = await readFile(new URL('../../../test/samples/results/suite/report.xml', import.meta.url));
    await writeFile(join(folder, 'report.xml'), report);
    const [run] = await read();
    expect(run?.results.map(({ suite }) => suite)).toContain('MatreAdminSuite');
    await write(
      'report.xml',
      `<testsuites><testsuite name="functional">
         <testcase name="ATest" class="Magento\\AcceptanceTest\\_default\\Backend\\ATestCest"><error>no element</error></testcase>
       </testsuite></testsuites>`,
    );
    expect((await read())[0]?.results).toMatchObject([
      { test: 'ATest', suite: undefined, status: 'failed', message: 'no element' },
    ]);
  });

  it('keep tests of equal names apart: of classes, of browsers, of parameters', async () => {
    const suite = (host: string, time: number) =>
      `<testsuite name="cart.spec.ts" hostname="${host}" timestamp="2026-01-01T00:00:00.000Z">
         <testcase name="Cart › adds" classname="cart.spec.ts" time="${time}"/>
         <testcase name="only here" classname="${host}.spec.ts" time="1"><failure message="no cart">[${host}] only here
         </failure></testcase>
       </testsuite>`;
    await write('a.xml', `<testsuites>${suite('chromium', 1)}${suite('firefox', 2)}</testsuites>`);
    const names = async () => (await read())[0]?.results.map(({ test, suite }) => `${suite}: ${test}`).sort();
    expect(await names()).toEqual([
      'cart.spec.ts: Cart › adds [chromium]',
      'cart.spec.ts: Cart › adds [firefox]',
      'chromium.spec.ts: only here',
      'firefox.spec.ts: only here',
    ]);
    // The first line says what is wrong, and the details follow.
    expect((await read())[0]?.results[2]?.message).toBe('no cart\n\n[chromium] only here');
    const result = (value: string) => ({
      ...{ name: 'adds', status: 'passed', start: 1, stop: 2, parameters: [{ name: 'Project', value }] },
      labels: ['cart.spec.ts', 'Cart'].map((value, at) => ({ name: at ? 'subSuite' : 'suite', value })),
    });
    await write('a-result.json', result('chromium'));
    await write('b-result.json', result('firefox'));
    expect(await names()).toEqual([
      'cart.spec.ts > Cart: adds [Project=chromium]',
      'cart.spec.ts > Cart: adds [Project=firefox]',
    ]);
  });

  it('are those of any Allure 1, in the encoding that a file declares', async () => {
    const file = `<?xml version="1.0" encoding="ISO-8859-1"?>
      <ns2:test-suite xmlns:ns2="urn:model.allure.qatools.yandex.ru" start="1000" stop="9000"><name>Käufe</name><test-cases>
        <test-case start="1000" stop="3000" status="broken"><name>adds</name><failure><message>é</message></failure>
          <steps><step start="1" stop="2" status="passed"><attachments><attachment title="Log" source="a.txt"/></attachments></step></steps>
        </test-case>
        <test-case start="4000" status="pending"><name>waits</name></test-case>
      </test-cases></ns2:test-suite>`;
    await writeFile(join(folder, 'a-testsuite.xml'), Buffer.from(file, 'latin1'));
    await write('a.txt', 'log');
    expect((await read())[0]?.results).toMatchObject([
      {
        test: 'adds',
        suite: 'Käufe',
        status: 'broken',
        message: 'é',
        durationMs: 2_000,
        files: [{ name: 'Log' }],
      },
      { test: 'waits', suite: 'Käufe', status: 'skipped', durationMs: 0 },
    ]);
  });

  it('have messages and times that the database can hold', async () => {
    const message = 'm'.repeat(100_000);
    await write('a-result.json', {
      name: 'A',
      status: 'failed',
      statusDetails: { message },
      start: 0,
      stop: 9e12,
    });
    const [result] = (await read())[0]?.results ?? [];
    expect(result?.message).toMatch(/m\n\[matre\] The message is cut here: it has 100000 characters\.$/);
    expect(result?.durationMs).toBe(2_147_483_647);
  });

  it.each([
    ['a cut file of Allure', 'a-result.json', '{"name": "ATest", "sta', 'IMPORT_FILE_INVALID'],
    ['a cut JUnit file', 'a.xml', '<testsuites><testsuite><testcase name="A"', 'IMPORT_FILE_INVALID'],
    ['another XML file', 'a.xml', '<project/>', 'IMPORT_FILE_INVALID'],
    ['a file without results', 'a.xml', '<testsuites/>', 'IMPORT_FILE_INVALID'],
    ['a missing attachment', 'a-result.json', allure('gone.png'), 'IMPORT_ATTACHMENT_MISSING'],
    ['an attachment outside', 'a-result.json', allure('../secret'), 'IMPORT_ATTACHMENT_OUTSIDE'],
    ['an absolute attachment', 'a-result.json', allure('/etc/passwd'), 'IMPORT_ATTACHMENT_OUTSIDE'],
    ['a link as attachment', 'a-result.json', allure('link'), 'IMPORT_ATTACHMENT_OUTSIDE'],
    ['a folder without results', 'notes.txt', 'x', 'INPUT_INVALID'],
  ])('refuse %s, by its name', async (_, name, content, code) => {
    await symlink('/etc/passwd', join(folder, 'link'));
    await mkdir(join(folder, 'inner'));
    await write(name, content);
    const error = await read().catch((error) => error);
    expect([error.code, error.message]).toEqual([
      code,
      expect.stringContaining(
        code === 'INPUT_INVALID'
          ? folder
          : name.includes('.xml') && content === '<testsuites/>'
            ? 'a.xml'
            : folder,
      ),
    ]);
    if (code.startsWith('IMPORT_ATTACHMENT')) {
      expect((await read(folder, true))[0]?.results).toHaveLength(1);
    }
  });
});
