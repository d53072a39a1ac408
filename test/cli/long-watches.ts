import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Runner } from '../../src/worker/runner.ts';
import { startTestServer } from '../support/app.ts';
import { type CliResult, startCli } from '../support/cli.ts';
import { namedRunner } from '../support/runner.ts';

/** The ways to call `run --watch`. */
const outputs = {
  pipe: { args: [], terminal: false },
  terminal: { args: [], terminal: true },
  json: { args: ['--json'], terminal: false },
  junit: { args: ['--junit', 'report.xml'], terminal: false },
} as const;

/** The verdicts of the runs, and their exit codes. */
const verdicts = [
  { test: 'PassHome', expectedCode: 0 },
  { test: 'FailCart', expectedCode: 1 },
  { test: 'BrokenTax', expectedCode: 2 },
] as const;

export interface LongWatch extends CliResult {
  output: keyof typeof outputs;
  garbageCollected: boolean;
  test: string;
  expectedCode: number;
  /** The report of `--junit`. */
  report: string | undefined;
}

/**
 * Starts `times` processes of `matre run --watch` for each output, with and without garbage collection, against one
 * server; each on its own environment. Their runs are held for `runMs` after the last has begun, because open handles
 * depend on time and memory.
 */
export async function startLongWatches(options: {
  times: number;
  runMs: number;
  /**
   * Processes are forced to end as early as for users; otherwise only after a minute, so that a busy machine changes no
   * verdict.
   */
  allowForce?: boolean;
}): Promise<{
  finished: Promise<LongWatch[]>;
  /** Also kills the processes that have not ended. */
  close(): Promise<void>;
}> {
  const folder = await mkdtemp(join(tmpdir(), 'matre-watch-'));
  const watches = Object.keys(outputs).flatMap((output) =>
    [true, false].flatMap((garbageCollected) =>
      verdicts.flatMap((verdict) =>
        Array.from({ length: options.times }, () => ({
          output: output as keyof typeof outputs,
          garbageCollected,
          ...verdict,
        })),
      ),
    ),
  );
  let startedCount = 0;
  let releaseRuns = () => {};
  const released = new Promise<void>((resolve) => {
    releaseRuns = resolve;
  });
  const heldRunner: Runner = async (job) => {
    startedCount += 1;
    if (startedCount === watches.length) void delay(options.runMs).then(releaseRuns);
    await released;
    return namedRunner(job);
  };
  const server = await startTestServer({
    parts: { runner: heldRunner },
    settings: { MATRE_WORKERS: String(watches.length), MATRE_RETRIES: '0' },
  });
  await Promise.all(
    watches.map((_, index) =>
      server.ask('POST', '/api/environments', {
        code: `env-${index}`,
        baseUrl: 'https://example.com',
        adminUsername: 'admin',
      }),
    ),
  );
  await server.app.startWorkers();
  const started = watches.map((watch, index) => {
    const { args, terminal } = outputs[watch.output];
    const report = join(folder, `report-${index}.xml`);
    const { process, done } = startCli(
      [
        ...['run', '--env', `env-${index}`, '--test', watch.test, '--watch'],
        ...args.map((arg) => (arg === 'report.xml' ? report : arg)),
      ],
      {
        terminal,
        allowForce: options.allowForce ?? false,
        observeEnd: watch.garbageCollected ? 'collect-garbage' : 'plain',
        settings: { MATRE_URL: server.url, TERM: 'xterm' },
      },
    );
    const finished = done.then(async (result) => ({
      ...watch,
      ...result,
      report: await readFile(report, 'utf8').catch(() => undefined),
    }));
    return { process, finished };
  });
  return {
    finished: Promise.all(started.map(({ finished }) => finished)),
    async close() {
      for (const { process } of started) process.kill('SIGKILL');
      releaseRuns();
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
