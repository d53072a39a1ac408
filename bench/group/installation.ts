import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import Docker from 'dockerode';
import { examplePath } from '../../src/demo/examples.ts';
import { buildSampleImage } from '../../src/demo/image.ts';
import { sampleAdmin, startShop } from '../../src/demo/shop/shop.ts';
import { buildSampleTree, samplePhp, sampleRoot } from '../../src/demo/tree.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { parseEnvFile } from '../../src/model/env-file/env-file.ts';

/** What the group is measured on. */
export interface Installation {
  /** A description for the report. */
  name: string;
  settings: Record<string, string>;
  /** A copy of the test module that the bench may change. */
  module: string;
  /** The environment of its `Cron/data/.env.<code>`. */
  code: string;
  baseUrl: string;
  admin: { username: string; password: string };
  /** The test of the module that is copied. */
  test: string;
  /** The commands that run one test the old way, one after the other in the Magento root. */
  today(php: string[], test: string): { argv: string[]; cwd: string }[];
  close(): Promise<void>;
}

/** The number of files for MFTF in a Magento 2.4.4 tree: 8,055. */
const [modules, filesOfModule] = [400, 20];

const cest = (test: string) => `tests/functional/Magento/_generated/default/${test}Cest.php`;

/** The sample image with a tree as large as Magento's, and a sample shop. */
export async function standInInstallation(engine: Engine['kind'], folder: string): Promise<Installation> {
  const tree = join(folder, 'tree');
  await writeModules(join(tree, 'vendor/magento'));
  const image = join(folder, 'image');
  if (engine === 'sandbox') {
    await buildSampleTree(image);
    await cp(tree, join(image, sampleRoot), { recursive: true });
  }
  const shop = await startShop({ environment: 'preprod-us', port: 0, latencyMs: 0 });
  const module = join(folder, 'module');
  await cp(examplePath('module'), module, { recursive: true });
  const docker = new Docker();
  const reference = engine === 'docker' ? await imageWith(docker, tree) : image;
  return {
    name: `the stand-in, ${modules * filesOfModule} XML files more`,
    settings: { MATRE_IMAGE: reference, MATRE_NETWORK: 'host', MATRE_PHP: samplePhp },
    module,
    code: 'preprod-us',
    baseUrl: shop.url,
    admin: sampleAdmin,
    test: 'HarbourHomePageTest',
    // `run:test` of MFTF generates first; the stand-in has no such command.
    today: (php, test) => [
      { argv: [...php, 'vendor/bin/mftf', 'generate:tests', '--force', test], cwd: '' },
      {
        argv: [...php, '../../../vendor/bin/codecept', 'run', 'functional', cest(test)],
        cwd: '/dev/tests/acceptance',
      },
    ],
    async close() {
      await shop.close();
      if (engine === 'docker') await docker.getImage(reference).remove({ force: true });
    },
  };
}

/** A real Magento: an image, or for the sandbox a root on this machine, of which hard links are made beside it. */
export async function realInstallation(
  from: { image?: string; magento?: string; module: string; code: string; test: string },
  folder: string,
): Promise<Installation> {
  const module = join(folder, 'module');
  await cp(from.module, module, { recursive: true, filter: (path) => !path.endsWith('/.git') });
  const { entries } = parseEnvFile(await readFile(join(module, `Cron/data/.env.${from.code}`), 'utf8'));
  const value = (name: string) => entries.find((entry) => entry.name === name)?.value ?? '';
  let image = from.image;
  if (image === undefined) {
    image = join(folder, 'image');
    await mkdir(join(image, dirname(sampleRoot)), { recursive: true });
    await promisify(execFile)('cp', ['-al', from.magento ?? '', join(image, sampleRoot)]);
  }
  return {
    name: `MFTF of ${from.image ?? from.magento}`,
    settings: { MATRE_IMAGE: image },
    module,
    code: from.code,
    baseUrl: value('MAGENTO_BASE_URL'),
    admin: { username: value('MAGENTO_ADMIN_USERNAME'), password: value('MAGENTO_ADMIN_PASSWORD') },
    test: from.test,
    today: (php, test) => [
      { argv: [...php, 'vendor/bin/mftf', 'run:test', '--force', '--no-interaction', test], cwd: '' },
    ],
    close: async () => {},
  };
}

/** Copies a test of the module under new names. Returns the file of the first. */
export async function copyTest(module: string, test: string, names: string[]): Promise<string> {
  const paths = (await readdir(module, { recursive: true })).filter((path) => path.endsWith(`/${test}.xml`));
  const path = join(module, paths[0] ?? `${test}.xml`);
  const content = await readFile(path, 'utf8');
  for (const name of names) {
    const renamed = content
      .replaceAll(test, name)
      .replace('<title value="', `<title value="${name}: `)
      .replace('<testCaseId value="', `<testCaseId value="${name}-`);
    await writeFile(join(dirname(path), `${name}.xml`), renamed);
  }
  return join(dirname(path), `${names[0]}.xml`);
}

/** Modules that the group does not need, but that MFTF reads. */
async function writeModules(vendor: string): Promise<void> {
  for (let at = 0; at < modules; at++) {
    const mftf = join(vendor, `module-bench-${at}/Test/Mftf`);
    for (const kind of ['Section', 'ActionGroup']) await mkdir(join(mftf, kind), { recursive: true });
    for (let file = 0; file < filesOfModule / 2; file++) {
      const name = `Bench${at}x${file}`;
      const elements = Array.from(
        { length: 10 },
        (_, index) => `<element name="e${index}" type="text" selector="#${name}-${index}"/>`,
      );
      await writeFile(
        join(mftf, `Section/${name}Section.xml`),
        `<?xml version="1.0" encoding="UTF-8"?>\n<sections><section name="${name}Section">\n${elements.join('\n')}\n</section></sections>\n`,
      );
      const steps = elements.map(
        (_, index) => `<click selector="{{${name}Section.e${index}}}" stepKey="step${index}"/>`,
      );
      await writeFile(
        join(mftf, `ActionGroup/${name}ActionGroup.xml`),
        `<?xml version="1.0" encoding="UTF-8"?>\n<actionGroups><actionGroup name="${name}ActionGroup">\n${steps.join('\n')}\n</actionGroup></actionGroups>\n`,
      );
    }
  }
}

/** An image like the sample image, with more files in its Magento root. */
async function imageWith(docker: Docker, tree: string): Promise<string> {
  const container = await docker.createContainer({ Image: await buildSampleImage(docker) });
  try {
    const tar = promisify(execFile)('tar', ['-C', tree, '-c', '.'], {
      encoding: 'buffer',
      maxBuffer: 2 ** 30,
    });
    await container.putArchive((await tar).stdout, { path: sampleRoot });
    const tag = `run-${process.pid}`;
    await container.commit({ repo: 'matre-bench', tag });
    return `matre-bench:${tag}`;
  } finally {
    await container.remove({ force: true });
  }
}
