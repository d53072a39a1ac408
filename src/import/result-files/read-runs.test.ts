import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { reported, result } from '../../../test/support/reported-run.ts';
import { junitReport } from '../../report/junit.ts';
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
    await write('night.xml', junitReport([reported(results)]));
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

  it('have the last execution of each test, and the files of all its steps', async () => {
    await write('a-result.json', allure('a.html'));
    await write('b-result.json', { name: 'ATest', status: 'passed', start: 500, stop: 600 });
    await write('a.html', 'page');
    const [run] = await read();
    expect(run?.results).toMatchObject([
      { status: 'broken', durationMs: 2_500, files: [{ source: 'a.html' }] },
    ]);
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
