import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PlaywrightTest } from '../model/playwright.ts';
import { emptySelection, type Selection } from '../model/selection.ts';
import { readReply, type Task } from '../threads/task.ts';
import { readList, selectTests } from './list-task.ts';
import { nameOfTest, reportFile } from './report-lines.ts';

const call = async <Request, Answer>(task: Task<Request, Answer>, request: Request) =>
  readReply(await task({ id: 1, request }));

const line = (file: string, title: string, more: object = {}) => ({
  ...{ kind: 'test', project: 'shop', file, line: 3, titles: ['Cart', title] },
  ...{ tags: [], skipped: false, serial: false, needed: false },
  ...more,
});

describe('the list of a Playwright project', () => {
  let folder: string;
  let tests: PlaywrightTest[];
  const write = (...lines: unknown[]) =>
    writeFile(
      join(folder, reportFile),
      lines.map((each) => (typeof each === 'string' ? each : JSON.stringify(each))).join('\n'),
    );
  const names = async (selection: Partial<Selection>) =>
    (await call(selectTests, { tests, selection: { ...emptySelection, ...selection } })).map(
      ({ suite, name }) => `${suite}:${name}`,
    );

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'matre-list-'));
    await write(
      line('tests/cart.spec.ts', 'adds', { tags: ['@smoke'] }),
      line('tests/cart.spec.ts', 'removes', { skipped: true }),
      line('tests/menu.spec.ts', 'opens', { project: 'phone' }),
      line('tests/sign-in.setup.ts', 'signs in', { project: 'setup', needed: true }),
    );
    tests = await call(readList, { folder });
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each<[Partial<Selection>, string[]]>([
    [{ playwright: {} }, ['adds', 'removes', 'opens']],
    [{ playwright: { tags: ['@smoke', '@slow'] } }, ['adds']],
    [{ playwright: { projects: ['ph*'] } }, ['opens']],
    [{ playwright: { projects: ['setup'] } }, ['signs in']],
    [{ playwright: { files: ['tests/c*'] } }, ['adds', 'removes']],
    [{ playwright: { grep: 'Cart (opens|adds @smoke)' } }, ['adds', 'opens']],
    [{ playwright: { grep: 's$', projects: ['phone'] } }, ['opens']],
    [{ playwright: {}, excludeSkipped: true }, ['adds', 'opens']],
    [{ playwright: {}, exclude: ['shop:tests/cart.spec.ts › *'] }, ['opens']],
    [
      { tests: ['shop:tests/cart.spec.ts › Cart › removes'], playwright: { tags: ['@smoke'] } },
      ['adds', 'removes'],
    ],
    [{ tests: ['setup:tests/sign-in.setup.ts › Cart › signs in'] }, ['signs in']],
  ])('has what %j selects', async (selection, titles) => {
    expect((await names(selection)).map((name) => name.split(' › ').at(-1))).toEqual(titles);
  });

  it('refuses what selects nothing, a test that it does not have, and a wrong expression', async () => {
    await expect(names({ playwright: { tags: ['@none'] } })).rejects.toMatchObject({
      code: 'SELECTION_EMPTY',
    });
    await expect(names({ tests: ['tests/cart.spec.ts › Cart › pays'] })).rejects.toMatchObject({
      code: 'SELECTION_UNKNOWN',
      message: expect.stringContaining('pays'),
    });
    await expect(names({ playwright: { grep: '(' } })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });

  it('refuses what Playwright says, and lines that are not those of the reporter', async () => {
    await write({
      kind: 'error',
      message: '\u001b[31mSyntaxError\u001b[39m: x',
      place: { file: 'a.ts', line: 2 },
    });
    await expect(call(readList, { folder })).rejects.toMatchObject({
      code: 'PLAYWRIGHT_PROJECT_INVALID',
      message: 'Playwright says: a.ts:2: SyntaxError: x',
    });
    for (const wrong of ['{', '{"kind":"test"}', JSON.stringify(line('a.ts', 'a', { titles: [] })), 'null']) {
      await write(line('a.ts', 'a'), wrong);
      await expect(call(readList, { folder })).rejects.toMatchObject({ code: 'PLAYWRIGHT_PROJECT_INVALID' });
    }
  });
});

describe('the name of a test', () => {
  it('shows control characters, and ends in a hash when it is too long', () => {
    expect(nameOfTest({ file: 'a.ts', titles: ['x\ny', ' '] })).toBe('a.ts › x\\u000ay › -');
    const long = nameOfTest({ file: 'a.ts', titles: ['a'.repeat(300)] });
    expect(long).toHaveLength(255);
    expect(long).not.toBe(nameOfTest({ file: 'a.ts', titles: ['a'.repeat(301)] }));
  });
});
