import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, it, vi } from 'vitest';
import { readCurrent, reportFile, resultFile, resultFolder } from '../report-lines.ts';

interface Reporter {
  onTestBegin(test: object): void;
  onTestEnd(test: object, result: object): void;
}

const folder = await mkdtemp(join(tmpdir(), 'matre-reporter-'));
afterAll(() => rm(folder, { recursive: true }));
vi.stubEnv('MATRE_REPORT', join(folder, reportFile));
const PlaywrightReporter: new () => Reporter = createRequire(import.meta.url)('./playwright-reporter.cjs');

let reporter: Reporter;
beforeEach(async () => {
  await rm(join(folder, 'results'), { recursive: true, force: true });
  reporter = new PlaywrightReporter();
});

function testOf(title: string) {
  const location = { file: 'a.spec.ts', line: 1 };
  return { titlePath: () => ['', 'shop', 'a.spec.ts', title], location, annotations: [] };
}

function end(title: string, attachments: object[] = []): void {
  const test = testOf(title);
  const times = { startTime: new Date(0), duration: 1 };
  reporter.onTestEnd(
    { ...test, expectedStatus: 'passed' },
    { ...times, status: 'passed', errors: [], attachments, steps: [] },
  );
}

const read = async (number: number) => JSON.parse(await readFile(join(folder, resultFile(number)), 'utf8'));

it('says which test is executed now, in its folder and by a line', async () => {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  for (const title of ['A', 'B']) reporter.onTestBegin(testOf(title));
  const lines = write.mock.calls.map(([line]) => line);
  write.mockRestore();
  expect(lines).toEqual(['A', 'B'].map((title) => `  >  [shop] › a.spec.ts:1 › ${title}\n`));
  expect(await readCurrent(folder)).toEqual({ name: 'a.spec.ts › B', suite: 'shop' });
});

it('leaves no gap in the numbers when a result cannot be written', async () => {
  const obstacle = join(folder, resultFolder(1));
  await mkdir(join(obstacle, 'files'), { recursive: true });
  expect(() => end('A')).toThrow('ENOTEMPTY');
  await rm(obstacle, { recursive: true });
  end('B');
  end('C');
  expect([await read(1), await read(2)]).toMatchObject([{ titles: ['B'] }, { titles: ['C'] }]);
});

it('writes a result without an attachment that cannot be written', async () => {
  end('A', [{ name: 'no bytes', body: { length: 1 } }]);
  expect(await read(1)).toMatchObject({ titles: ['A'], attachments: [] });
});

it('has a file in each result that attaches it', async () => {
  const path = join(folder, 'trace.zip');
  await writeFile(path, 'trace');
  for (const title of ['A', 'B']) end(title, [{ name: 'trace', path }]);
  const files = [`${resultFolder(1)}/0-trace.zip`, `${resultFolder(2)}/0-trace.zip`];
  expect([await read(1), await read(2)]).toMatchObject(files.map((file) => ({ attachments: [{ file }] })));
  for (const file of files) expect(await readFile(join(folder, file), 'utf8')).toBe('trace');
});
