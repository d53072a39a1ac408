// A server of the bench `hostile`: argv is the scenario and the folders of data, image and module. It prints its
// address, reads a line, does the work, prints what it measured as JSON, and ends after another line.
import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { openApp } from '../../src/app/app.ts';
import { delay } from '../../src/async/delay.ts';
import { createPace } from '../../src/async/pace.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { samplePhp } from '../../src/demo/tree.ts';
import { readClock, supervisorFile } from '../../src/engine/supervised.ts';
import { createLog } from '../../src/log.ts';
import { createPhp } from '../../src/mftf/container/php.ts';
import { createRedactor } from '../../src/mftf/redaction/redactor.ts';
import { openRunLogs } from '../../src/mftf/run/logs.ts';
import { maxOutputRate } from '../../src/model/limits.ts';
import { startServer } from '../../src/server/http/server.ts';
import { openBenchEngine } from '../support/matre.ts';

export type Scenario = 'idle' | 'module' | 'tree' | 'log';

export interface Measured {
  seconds: number;
  loopP99Ms: number;
  loopMaxMs: number;
  /** What came of the work. */
  outcome: string;
}

const [scenario, data = '', image = '', module = ''] = process.argv.slice(2);
const environment = {
  MATRE_DATA: data,
  MATRE_ENGINE: 'sandbox',
  MATRE_IMAGE: image,
  MATRE_NETWORK: 'host',
  MATRE_MODULE_PATH: module,
  MATRE_PHP: samplePhp,
  MATRE_PORT: '0',
  MATRE_SIGN_IN: 'off',
};
const config = loadConfig({ environment, file: '/dev/null' });
const app = await openApp(config, { log: createLog({ level: 'error' }) });
const server = await startServer(app.context, '0.0.0');
const input = createInterface(process.stdin);
console.log(server.url);
await once(input, 'line');

const resolutionMs = 1;
const delays = monitorEventLoopDelay({ resolution: resolutionMs });
delays.enable();
const startedAt = performance.now();
const work = { idle: waitIdle, log: writeLog, module: listTests, tree: listTests };
const outcome = await work[scenario as Scenario]();
const seconds = (performance.now() - startedAt) / 1_000;
delays.disable();
// The recorded time between two timers includes the interval itself.
const ofLoop = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - resolutionMs);
const measured: Measured = {
  seconds,
  outcome,
  loopP99Ms: ofLoop(delays.percentile(99)),
  loopMaxMs: ofLoop(delays.max),
};
console.log(JSON.stringify(measured));
await once(input, 'line');
await server.close();
await app.close();
process.exit();

async function waitIdle(): Promise<string> {
  await delay(20_000);
  return 'idle';
}

/** Reads image and module, as the first request of a page does. */
async function listTests(): Promise<string> {
  const response = await fetch(`${server.url}/api/tests`);
  const body = (await response.json()) as { tests?: unknown[]; code?: string; detail?: string };
  return body.tests ? `${body.tests.length} tests` : `${body.code}: ${body.detail}`;
}

/** Runs a process that writes for 20 s, and keeps its output as that of a test. */
async function writeLog(): Promise<string> {
  const engine = await openBenchEngine(data, 'sandbox');
  const noise = '/opt/matre/noise.sh';
  const content =
    '#!/bin/sh\nexec timeout 20 yes "A line of a test that repeats itself, with https://shop.example.com/page"\n';
  const { id } = await engine.create({
    ...{ name: 'matre-bench-noise', image, labels: {}, env: {}, mounts: [], tmpfs: [], writable: [] },
    files: [supervisorFile(), { path: noise, mode: 0o755, content }],
    ...{ network: undefined, extraHosts: [], capabilities: [], memoryBytes: 256 * 1024 ** 2 },
  });
  let bytes = 0;
  const pace = createPace(maxOutputRate);
  const php = createPhp(engine, id, {
    ...{ php: noise, memoryBytes: 1, heartbeatMs: 60_000, token: 'bench', fence: 1 },
    deadline: { until: () => performance.now() + 600_000, clock: await readClock(engine, id) },
    pace(size) {
      bytes += size;
      return pace(size);
    },
  });
  const logs = await openRunLogs(app.context.artifacts, 1, await createRedactor(['a secret value']));
  const log = await logs.open('tests/noise/log.txt');
  const { signal } = new AbortController();
  await php({ argv: [], cwd: '/', output: log.stream, signal, timeoutMs: 600_000 });
  await log.close();
  await logs.close();
  await engine.remove(id);
  await engine.close();
  return `${Math.round(bytes / 1024 ** 2)} MB read`;
}
