import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeEach, expect, it, onTestFinished } from 'vitest';
import type { Engine, ExecEnd } from '../engine/engine.ts';
import { Fault } from '../faults/fault.ts';
import { createRedactor } from '../mftf/redaction/redactor.ts';
import type { PlaywrightTest } from '../model/playwright.ts';
import type { PlannedTest } from '../model/selection.ts';
import type { NewResult } from '../queue/recorder.ts';
import { createThreads, type Threads } from '../threads/threads.ts';
import { type BlockResults, type BlockResultsContext, createBlockResults } from './block-results.ts';
import type { CommandOutput } from './judge-task.ts';
import { currentFile, reportFile, resultFile, resultFolder } from './report-lines.ts';

const resultReaders = createThreads({ count: 1 });
afterAll(() => resultReaders.close());

/** Its containers are this machine. */
const engine = {
  exec: async (_: string, { argv: [program = '', ...args] }: { argv: string[] }) => {
    const process = spawn(program, args);
    const ended = new Promise<ExecEnd>((resolve) => {
      process.on('close', (code) => resolve({ kind: 'exited', code: code ?? 1, outOfMemory: false }));
    });
    return { stdout: process.stdout, stderr: process.stderr, ended };
  },
} as unknown as Engine;

let output: string;
let added: Record<string, string>;
let started: string[];
let results: BlockResults;
let readerFault: Fault | undefined;
let stored: string[];
let firstResults: unknown[];
beforeEach(async () => {
  const home = await mkdtemp(join(tmpdir(), 'matre-block-'));
  onTestFinished(() => rm(home, { recursive: true }));
  output = join(home, 'output');
  const folders = { folder: join(home, 'files'), stepsFolder: join(home, 'steps') };
  for (const path of [output, ...Object.values(folders)]) await mkdir(path);
  added = {};
  started = [];
  readerFault = undefined;
  stored = [];
  firstResults = [];
  const abort = new AbortController().signal;
  const record = {
    event: async () => undefined,
    testStarted: async ({ name }: PlannedTest) => void started.push(name.at(-1) ?? ''),
  };
  const context = {
    commands: { engine, job: { abort, run: { id: 1 }, record } },
    prepared: { redactor: await createRedactor([]), files: { secrets: [] }, logs: { line: () => undefined } },
    project: { place: 'project' },
    artifacts: {
      write: async (_: number, path: string, content: NodeJS.ReadableStream) => {
        await buffer(content);
        stored.push(path);
      },
    },
    resultReaders: {
      run: async (...request: Parameters<Threads['run']>) => {
        if (readerFault !== undefined) throw readerFault;
        firstResults.push((request[1] as CommandOutput).firstResult);
        return resultReaders.run(...request);
      },
    },
    archives: { add: async () => undefined },
    shopOutage: async () => undefined,
  } as unknown as BlockResultsContext;
  const tests = ['A', 'B', 'C'].map(testNamed);
  const [first] = tests as [PlaywrightTest];
  const block = { tests, first, place: 'tests/001', startedAt: new Date(), timeoutMs: 1_000 };
  const add = async (more: readonly NewResult[]) => {
    for (const { test, status, reason } of more) added[test.at(-1) ?? ''] = reason?.code ?? status;
  };
  results = createBlockResults(context, block, { ...folders, containerId: 'here', output }, add);
});

const testNamed = (title: string): PlaywrightTest => ({
  ...{ name: `a.spec.ts › ${title}`, suite: undefined, file: 'a.spec.ts', line: 1, titles: [title] },
  ...{ tags: [], skipped: false, serial: false, needed: false },
});

async function reportResult(number: number, title: string, status: 'passed' | 'failed'): Promise<void> {
  const path = join(output, resultFile(number));
  await mkdir(dirname(path), { recursive: true });
  const identity = { project: '', file: 'a.spec.ts', line: 1, titles: [title] };
  const about = { status, expected: 'passed', startedAt: 1, durationMs: 1 };
  const attachments = [{ name: 'picture', file: `${resultFolder(number)}/picture.txt` }];
  await writeFile(join(output, resultFolder(number), 'picture.txt'), title);
  const lists = { errors: [], attachments, steps: [] };
  await writeFile(path, JSON.stringify({ ...identity, ...about, ...lists }));
}

const reportCurrent = (title: string) =>
  writeFile(
    join(output, currentFile),
    JSON.stringify({ project: '', file: 'a.spec.ts', line: 1, titles: [title] }),
  );
const reportEnd = () => writeFile(join(output, reportFile), '{"kind":"end","status":"passed"}\n');
const exited = (code: number) => ({ kind: 'exited' as const, code, outOfMemory: false });

it('adds the results of tests that have ended, and the last one when the command has ended', async () => {
  await results.addEnded();
  expect(added).toEqual({});
  await reportResult(1, 'B', 'passed');
  await results.addEnded();
  expect(added).toEqual({ B: 'passed' });
  await reportResult(2, 'A', 'passed');
  await reportResult(3, 'C', 'passed');
  await results.addEnded();
  expect(added).toEqual({ A: 'passed', B: 'passed' });
  await reportEnd();
  await results.addAll(exited(0));
  expect(added).toEqual({ A: 'passed', B: 'passed', C: 'passed' });
  // Each poll reads the new ones: a file may have 1,000 tests.
  expect(firstResults).toEqual([1, 2, 1]);
});

it('marks the current test as under way, once, and none that has a result or is of another block', async () => {
  for (const title of ['other', 'B', 'B']) {
    await reportCurrent(title);
    await results.addEnded();
  }
  expect(started).toEqual(['B']);
  await reportResult(1, 'B', 'passed');
  await results.addEnded();
  await reportCurrent('A');
  await results.addEnded();
  expect(started).toEqual(['B', 'A']);
});

it('never makes a block green whose command was killed, or ended with an error that no test has', async () => {
  for (const [number, title] of ['A', 'B', 'C'].entries()) await reportResult(number + 1, title, 'passed');
  await results.addEnded();
  await results.addAll(exited(137));
  expect(added).toEqual({ A: 'passed', B: 'passed', C: 'RESULT_MISSING' });
});

it('takes the failure of a recorded test as the reason for the exit code, and not as a cause of the others', async () => {
  await reportResult(1, 'A', 'failed');
  await results.addEnded();
  expect(added).toEqual({ A: 'failed' });
  await reportResult(2, 'B', 'passed');
  await reportEnd();
  await results.addAll(exited(1));
  expect(added).toEqual({ A: 'failed', B: 'passed', C: 'RESULT_MISSING' });
});

it('judges no test that may still run when its results cannot be read within the limits', async () => {
  readerFault = new Fault('TREE_TIMEOUT', 'It takes too long.');
  await reportResult(1, 'A', 'passed');
  await expect(results.addEnded()).rejects.toThrow(readerFault);
  expect(added).toEqual({});
  await results.addAll(exited(0));
  expect(added).toEqual({ A: 'RESULT_UNREADABLE', B: 'RESULT_UNREADABLE', C: 'RESULT_UNREADABLE' });
});

it('stores the files of a result once', async () => {
  for (const [number, title] of ['A', 'B', 'C'].entries()) await reportResult(number + 1, title, 'passed');
  await results.addEnded();
  const paths = [1, 2, 3].map((number) => `tests/001/${resultFolder(number)}/picture.txt`);
  expect(stored).toEqual(paths.slice(0, 2));
  await reportEnd();
  await results.addAll(exited(0));
  expect(stored).toEqual(paths);
});
