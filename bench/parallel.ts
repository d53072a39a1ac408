// How much longer do equal runs on three environments take than one run on one environment? Four workers, the sample
// image and shops; pages of the shops take a second, so tests wait for pages rather than for a processor.
//
//   npx tsx bench/parallel.ts [rounds]        MATRE_ENGINE=docker|sandbox|auto, DOCKER_HOST as for matre
//
// Prints a line for each round and the median; writes bench/results/parallel.json.
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { openApp } from '../src/app.ts';
import { createLocalCaller } from '../src/cli/local.ts';
import { watchRuns } from '../src/cli/watch.ts';
import { loadConfig } from '../src/config.ts';
import { examplePath } from '../src/demo/examples.ts';
import { buildSampleImage } from '../src/demo/image.ts';
import { sampleAdmin, startShop } from '../src/demo/shop.ts';
import { buildSampleTree, samplePhp } from '../src/demo/tree.ts';
import { openEngine } from '../src/engine/open.ts';
import { createLog } from '../src/log.ts';
import { emptySelection } from '../src/model/selection.ts';

const rounds = Number(process.argv[2] ?? 3);
const codes = ['bench-a', 'bench-b', 'bench-c'];
const log = createLog({ level: 'error' });
const folder = await mkdtemp(join(tmpdir(), 'matre-bench-'));
const shops = await Promise.all(
  codes.map((environment) => startShop({ environment, port: 0, latencyMs: 1_000 })),
);
const dockerHost = process.env['DOCKER_HOST'];
const probe = await openEngine({
  kind: (process.env['MATRE_ENGINE'] ?? 'auto') as 'auto' | 'docker' | 'sandbox',
  dockerHost,
  sandboxFolder: join(folder, 'probe'),
  log,
});
const image = probe.kind === 'docker' ? await buildSampleImage(new Docker()) : join(folder, 'image');
if (probe.kind === 'sandbox') await buildSampleTree(image);
await probe.close();

const module = join(folder, 'module');
await mkdir(join(module, 'Cron/data'), { recursive: true });
await cp(examplePath('module'), module, { recursive: true });
for (const code of codes) await writeFile(join(module, 'Cron/data', `.env.${code}`), 'BROWSER=chrome\n');

const environment: Record<string, string> = {
  MATRE_DATA: join(folder, 'data'),
  MATRE_ENGINE: probe.kind,
  MATRE_IMAGE: image,
  MATRE_NETWORK: 'host',
  MATRE_MODULE_PATH: module,
  MATRE_PHP: samplePhp,
};
if (dockerHost !== undefined) environment['DOCKER_HOST'] = dockerHost;
const app = await openApp(loadConfig({ environment, file: '/dev/null' }), { log });
const { context } = app;
const ids: number[] = [];
for (const [index, code] of codes.entries()) {
  const made = await context.environments.create({
    code,
    name: code,
    baseUrl: shops[index]?.url ?? '',
    backendName: 'admin',
    adminUsername: sampleAdmin.username,
  });
  await context.environments.setPassword(made.id, sampleAdmin.password);
  ids.push(made.id);
}
await app.startWorkers();

const selection = { ...emptySelection, groups: ['checkout'] };

/** Wall time in seconds from submission to the last verdict. */
async function measure(environmentIds: number[]): Promise<number> {
  const startedAt = performance.now();
  const runs = await context.runs.insert(
    environmentIds.map((environmentId) => ({ environmentId, selection, requestedBy: 'bench' })),
  );
  const { signal } = new AbortController();
  const numbers = runs.map(({ id }) => id);
  const finished = await watchRuns(createLocalCaller(app), numbers, { onProgress: () => {}, signal });
  const seconds = (performance.now() - startedAt) / 1000;
  for (const { run } of finished) {
    if (run.verdict !== 'passed') throw new Error(`Run ${run.id} is ${run.verdict}: ${run.reason?.message}`);
  }
  return seconds;
}

try {
  // Containers are made and the catalog is read before anything is measured.
  await measure(ids);
  const ratios: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    const one = await measure(ids.slice(0, 1));
    const three = await measure(ids);
    ratios.push(three / one);
    console.log(
      `round ${round}: one ${one.toFixed(1)} s, three ${three.toFixed(1)} s, ratio ${(three / one).toFixed(2)}`,
    );
  }
  ratios.sort((a, b) => a - b);
  const ratio = ratios[Math.floor(ratios.length / 2)] ?? Number.NaN;
  console.log(`engine ${probe.kind}, median ratio ${ratio.toFixed(2)} (bar: at most 1.3)`);
  await mkdir('bench/results', { recursive: true });
  const metrics = { ratio };
  await writeFile(
    'bench/results/parallel.json',
    `${JSON.stringify({ engine: probe.kind, metrics, ratios }, null, 2)}\n`,
  );
} finally {
  await app.stopWorkers({ now: true });
  await (await context.pool()).prune(async () => []);
  await app.close();
  await Promise.all(shops.map((shop) => shop.close()));
  await rm(folder, { recursive: true, force: true });
}
