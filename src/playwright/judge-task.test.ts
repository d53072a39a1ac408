import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { keyOf } from '../mftf/run/blocks.ts';
import { readReply } from '../threads/task.ts';
import { judgeReport } from './judge-task.ts';
import { reportFile, resultFile } from './report-lines.ts';

/** The outcome of a test that wrote this besides of its result; `undefined`: a folder in the place of the result. */
async function judge(change: object | undefined) {
  const folder = await mkdtemp(join(tmpdir(), 'matre-report-'));
  try {
    await mkdir(join(folder, 'steps'));
    await writeFile(join(folder, 'page.txt'), 'page');
    const identity = { project: '', titles: ['pays'], file: 'a.spec.ts', line: 1 };
    const result = {
      ...{ ...identity, status: 'passed', expected: 'passed', startedAt: 1_000, durationMs: 1 },
      ...{ errors: [], attachments: [], steps: [], ...change },
    };
    const file = join(folder, resultFile(1));
    if (change === undefined) await mkdir(file, { recursive: true });
    else {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, JSON.stringify(result));
    }
    await writeFile(join(folder, reportFile), JSON.stringify({ kind: 'end', status: 'passed' }));
    const test = { ...identity, name: 'a.spec.ts › pays', suite: undefined, tags: [] };
    const request = {
      ...{ folder, stepsFolder: join(folder, 'steps'), place: 'tests', projectPlace: 'app/Tests' },
      tests: [{ ...test, skipped: false, serial: false, needed: false }],
      open: new Set([keyOf(test)]),
      firstResult: 1,
      end: { kind: 'exited' as const, code: 0, outOfMemory: false },
      ...{ startedAt: new Date(0), endedAt: new Date(2_000), timeoutMs: 1_000, secrets: [] },
    };
    return readReply(await judgeReport({ id: 0, request })).outcomes[0];
  } finally {
    await rm(folder, { recursive: true });
  }
}

it('leaves out attachments that are no files of the output, and keeps the verdict', async () => {
  const files = ['a\0b', '', 'steps', '../outside', '/etc/passwd', 'x'.repeat(3_000), 'page.txt'];
  const attachments = files.map((file) => ({ name: 'a', file }));
  expect(await judge({ attachments })).toMatchObject({
    status: 'passed',
    attachments: [{ name: 'a', kind: 'other', file: 'page.txt' }],
  });
});

it.each([
  ['a line end in the project', { project: 'shop\n' }],
  ['a zero byte in the place of an error', { errors: [{ place: { file: 'a\0', line: 1 } }] }],
  ['a folder in its place', undefined],
])('has no verdict of a result with %s', async (_, change) => {
  expect(await judge(change)).toMatchObject({ status: 'broken', reason: { code: 'RESULT_UNREADABLE' } });
});
