import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLog } from '../log.ts';
import { type AllureContent, type AllureReports, createAllureReports } from './report-maker.ts';
import { bytesOnDisk, removeOldReports } from './stored-reports.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'matre-allure-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function* none() {}

describe('the reports of Allure', () => {
  let reports: AllureReports;
  beforeEach(() => {
    const artifacts = { open: () => Promise.reject(new Error('There are no files.')) };
    reports = createAllureReports({
      folder,
      artifacts,
      log: createLog({ level: 'silent' }),
      maxTextBytes: 1_000,
    });
  });
  afterEach(() => reports.close());

  it('are made one at a time for each user, who may ask for the same one again', async () => {
    const begun: string[] = [];
    let end = () => {};
    const ended = new Promise<never>((_resolve, reject) => {
      end = () => reject(new Error('The test ends it.'));
    });
    ended.catch(() => {});
    const ask = (user: string | undefined, key: string) =>
      reports.make(key, user, () => {
        begun.push(key);
        return ended;
      });
    const held = [ask('ann', 'a'), ask('ann', 'a'), ask('bob', 'b')];
    await expect(ask('ann', 'c')).rejects.toMatchObject({ code: 'ALLURE_BUSY' });
    await expect(ask('bob', 'c')).rejects.toMatchObject({ code: 'ALLURE_BUSY' });
    held.push(ask(undefined, 'd'), ask(undefined, 'e'), ask(undefined, 'f'));
    await expect(ask(undefined, 'g')).rejects.toMatchObject({ code: 'ALLURE_BUSY' });
    end();
    expect((await Promise.allSettled(held)).map(({ status }) => status)).toEqual(Array(6).fill('rejected'));
    expect(begun).toEqual(['a', 'b', 'd', 'e', 'f']);
    await expect(ask('ann', 'c')).rejects.toThrow('The test ends it.');
  });

  it('are refused when their texts have too many bytes, and leave nothing behind', async () => {
    async function* history() {
      for (;;) yield 'x'.repeat(100);
    }
    const content: AllureContent = { title: 'Run 1', results: none(), history: history() };
    await expect(reports.make('a', undefined, async () => content)).rejects.toMatchObject({
      code: 'ALLURE_TOO_LARGE',
    });
    expect(await readdir(folder)).toEqual([]);
  });
});

it('the oldest reports are removed when all have more bytes than they may, but never the newest', async () => {
  const now = Date.now() / 1_000;
  for (const [name, ageSeconds] of Object.entries({ newest: 1, second: 60, third: 120, yesterday: 90_000 })) {
    await mkdir(join(folder, name, 'data'), { recursive: true });
    await writeFile(join(folder, name, 'data', 'shot.png'), Buffer.alloc(1024 * 1024, name));
    await utimes(join(folder, name), now - ageSeconds, now - ageSeconds);
  }
  expect(await bytesOnDisk(folder)).toBeGreaterThanOrEqual(4 * 1024 * 1024);
  await removeOldReports(folder, 4 * 1024 * 1024);
  expect((await readdir(folder)).sort()).toEqual(['newest', 'second', 'third']);
  await removeOldReports(folder, 2.5 * 1024 * 1024);
  expect((await readdir(folder)).sort()).toEqual(['newest', 'second']);
  await removeOldReports(folder, 1);
  expect(await readdir(folder)).toEqual(['newest']);
});
