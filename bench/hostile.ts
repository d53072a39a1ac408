// Does the server answer while it reads what test modules, images and tests hold? Three large inputs, each in a server
// process of its own: (1) a test module with 90 MB of XML, copied, checked and read; (2) an image whose Magento tree has
// 200,000 files of tests and data; (3) a test that writes as fast as it can (more than 100 MB/s). Meanwhile the process
// measures the delay of its event loop every millisecond, and this one requests /healthz every 10 ms. The engine is the
// sandbox.
//
//   npx tsx bench/hostile.ts [idle] [module] [tree] [log]        all by default
//
// The first line of the table is a server that does nothing, which shows the share of the machine.
//
// The longest delays are starts of processes: the sandbox forks the server, which takes the longer the more memory it has, its threads
// included (100 ms with 3 GB). Docker starts none.
//
// Writes bench/results/hostile.json. Bars: 50 ms for the 99th percentiles, 200 ms for the longest delay.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSampleTree, sampleRoot } from '../src/demo/tree.ts';
import { startChild } from '../test/support/child.ts';
import type { Measured, Scenario } from './hostile/server-process.ts';
import { percentile, printTable, writeResults } from './support/figures.ts';

const scenarios: Record<Scenario, string> = {
  idle: 'nothing, for comparison',
  module: 'module of 90 MB',
  tree: 'tree of 200,000 files',
  log: 'log of over 100 MB/s',
};
const all = Object.keys(scenarios) as Scenario[];
const chosen = process.argv.length > 2 ? all.filter((one) => process.argv.includes(one)) : all;
const folder = await mkdtemp(join(tmpdir(), 'matre-bench-'));

interface Row extends Measured {
  healthz: number[];
}

try {
  const rows: [Scenario, Row][] = [];
  for (const scenario of chosen) rows.push([scenario, await measure(scenario)]);
  const table = rows.map(([scenario, row]) => ({
    name: scenarios[scenario],
    seconds: row.seconds,
    outcome: row.outcome,
    loop_delay_p99_ms: row.loopP99Ms,
    loop_delay_max_ms: row.loopMaxMs,
    healthz_p99_ms: percentile(row.healthz, 0.99),
    healthz_max_ms: Math.max(...row.healthz),
  }));
  const ms = (value: number) => value.toFixed(1);
  printTable([
    ['', 'seconds', 'loop p99 (ms)', 'loop max (ms)', 'healthz p99 (ms)', 'healthz max (ms)', 'outcome'],
    ...table.map((row) => [
      ...[row.name, row.seconds.toFixed(1), ms(row.loop_delay_p99_ms), ms(row.loop_delay_max_ms)],
      ...[ms(row.healthz_p99_ms), ms(row.healthz_max_ms), row.outcome],
    ]),
  ]);
  const measured = table.filter(({ name }) => name !== scenarios.idle);
  const worst = (of: (row: (typeof table)[number]) => number) => Math.max(...measured.map(of));
  const metrics = {
    loop_delay_p99_ms: worst((row) => row.loop_delay_p99_ms),
    loop_delay_max_ms: worst((row) => row.loop_delay_max_ms),
    healthz_p99_ms: worst((row) => row.healthz_p99_ms),
  };
  console.log(metrics);
  if (chosen.length === all.length) await writeResults('hostile', { metrics, rows: table });
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function measure(scenario: Scenario): Promise<Row> {
  const image = join(folder, 'image');
  const module = join(folder, 'module');
  const data = join(folder, 'data');
  for (const path of [image, module, data]) await mkdir(path, { recursive: true });
  await buildSampleTree(image);
  if (scenario === 'module') await writeModule(module);
  else await writeTest(module, 'Small', '');
  if (scenario === 'tree') await writeTree(join(image, sampleRoot));
  const program = new URL('./hostile/server-process.ts', import.meta.url);
  const server = startChild(program, [scenario, data, image, module]);
  try {
    const url = await server.line();
    const healthz: number[] = [];
    let isDone = false;
    const requests = (async () => {
      while (!isDone) {
        const startedAt = performance.now();
        await (await fetch(`${url}/healthz`)).text();
        healthz.push(performance.now() - startedAt);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    })();
    server.writeLine('start');
    const measured: Measured = JSON.parse(await server.line());
    isDone = true;
    await requests;
    server.writeLine('stop');
    await server.exited;
    return { ...measured, healthz };
  } finally {
    await server.kill();
    for (const path of [image, module, data]) await rm(path, { recursive: true, force: true });
  }
}

async function writeTest(module: string, name: string, actions: string): Promise<void> {
  const tests = join(module, 'Test/Mftf/Test');
  await mkdir(tests, { recursive: true });
  await writeFile(join(tests, `${name}.xml`), `<tests><test name="${name}">${actions}</test></tests>`);
}

/** 90 tests of 1 MB each. Every action refers to other data, so that little of it is shared. */
async function writeModule(module: string): Promise<void> {
  for (let test = 0; test < 90; test += 1) {
    const actions: string[] = [];
    for (let bytes = 0; bytes < 1_000_000; ) {
      const at = `${test}x${actions.length}`;
      const action = `<fillField selector="{{Section${at}.field}}" userInput="{{Data${at}.value}}" stepKey="fill${at}"/>\n`;
      bytes += action.length;
      actions.push(action);
    }
    await writeTest(module, `Large${test}`, actions.join(''));
  }
}

/** 200 modules with 1,000 action groups each, one in each file. */
async function writeTree(root: string): Promise<void> {
  for (let module = 0; module < 200; module += 1) {
    const groups = join(root, `vendor/bench/module-${module}/Test/Mftf/ActionGroup`);
    await mkdir(groups, { recursive: true });
    for (let group = 0; group < 1_000; group += 1) {
      const name = `Bench${module}x${group}ActionGroup`;
      const action = `<click selector="{{Section${module}.button}}" stepKey="click"/>`;
      const xml = `<actionGroups><actionGroup name="${name}">${action}</actionGroup></actionGroups>`;
      await writeFile(join(groups, `${name}.xml`), xml);
    }
  }
}
