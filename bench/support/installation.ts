import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import Docker from 'dockerode';
import { examplePath } from '../../src/demo/examples.ts';
import { buildSampleImage } from '../../src/demo/image.ts';
import { sampleAdmin, startShop } from '../../src/demo/shop/shop.ts';
import { buildSampleTree, samplePhp } from '../../src/demo/tree.ts';
import type { Environment } from '../../src/model/environment.ts';
import type { Run } from '../../src/model/run.ts';
import type { Selection } from '../../src/model/selection.ts';
import { type Matre, openBenchEngine, startMatre } from './matre.ts';

/** A whole matre in its own folder: the sample image and module, and a shop for each environment. */
export interface Installation extends Matre {
  /** Like `run`, and returns the seconds of it. */
  measure(
    environments: Environment[],
    selection: Partial<Selection>,
  ): Promise<{ seconds: number; runs: Run[] }>;
}

/**
 * `latencyMs`: the response time of a page of a shop. `files`: additional files of the test module, by path.
 * `settings`: additional ones, as in the environment of a process.
 */
export async function openInstallation(options: {
  codes: string[];
  latencyMs?: number;
  files?: Record<string, string>;
  settings?: Record<string, string>;
}): Promise<Installation> {
  const { codes, latencyMs = 0, files = {}, settings = {} } = options;
  const folder = await mkdtemp(join(tmpdir(), 'matre-bench-'));
  const shops = await Promise.all(codes.map((environment) => startShop({ environment, port: 0, latencyMs })));
  const dataFolder = join(folder, 'data');
  const probe = await openBenchEngine(dataFolder);
  const kind = probe.kind;
  await probe.close();
  const image = kind === 'docker' ? await buildSampleImage(new Docker()) : join(folder, 'image');
  if (kind === 'sandbox') await buildSampleTree(image);

  const module = join(folder, 'module');
  await cp(examplePath('module'), module, { recursive: true });
  const values = codes.map((code): [string, string] => [`Cron/data/.env.${code}`, 'BROWSER=chrome\n']);
  for (const [path, content] of [...values, ...Object.entries(files)]) {
    await mkdir(dirname(join(module, path)), { recursive: true });
    await writeFile(join(module, path), content);
  }

  const matre = await startMatre({
    settings: {
      MATRE_DATA: dataFolder,
      MATRE_ENGINE: kind,
      MATRE_IMAGE: image,
      MATRE_NETWORK: 'host',
      MATRE_MODULE_PATH: module,
      MATRE_PHP: samplePhp,
      ...settings,
    },
    environments: codes.map((code, index) => ({
      ...{ code, baseUrl: shops[index]?.url ?? '', admin: sampleAdmin },
    })),
  });

  return {
    ...matre,
    async measure(environments, selection) {
      const startedAt = performance.now();
      const runs = await matre.run(environments, selection);
      return { seconds: (performance.now() - startedAt) / 1000, runs };
    },
    async close() {
      await matre.close();
      await Promise.all(shops.map((shop) => shop.close()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
