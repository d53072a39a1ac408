import { existsSync, readFileSync, rmSync } from 'node:fs';
import { copyFile, cp, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import Docker from 'dockerode';
import { describe } from 'vitest';
import { createMemo } from '../../src/async/single-flight.ts';
import { examplePath } from '../../src/demo/examples.ts';
import { buildSampleImage } from '../../src/demo/image.ts';
import { type Shop, sampleAdmin, startShop } from '../../src/demo/shop/shop.ts';
import { buildSampleTree, samplePhp } from '../../src/demo/tree.ts';
import { createDockerEngine } from '../../src/engine/docker/engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { capture } from '../../src/engine/read-all.ts';
import { createSandboxEngine } from '../../src/engine/sandbox/engine.ts';
import { journalPath } from '../../src/engine/supervised.ts';
import { ifPresent } from '../../src/files/missing-file.ts';
import type { Logger } from '../../src/log.ts';
import { matreItself } from '../../src/model/access.ts';
import { containerName } from '../../src/model/environment.ts';
import type { RunOptions } from '../../src/model/run-options.ts';
import type { Selection } from '../../src/model/selection.ts';
import type { Context } from '../../src/operations/core/context.ts';
import { parseInput } from '../../src/operations/core/operation.ts';
import { addEnvironment } from '../../src/operations/environments/environments.ts';
import { showRun } from '../../src/operations/runs/run-record.ts';
import { submitRuns } from '../../src/operations/runs/runs.ts';
import { openTestApp } from '../support/app.ts';
import { quiet } from '../support/database.ts';
import { createRepository, type TestRepository } from '../support/git.ts';
import { waitFor } from '../support/wait-for.ts';

export type EngineKind = Engine['kind'];

/**
 * Runs the tests on both engines with MATRE_TEST_ALL (`make test-all`), otherwise on Docker alone, in half the time.
 */
export function overEngines(suite: (kind: EngineKind) => void): void {
  if (!process.env.MATRE_TEST_ALL) {
    overOneEngine(suite);
    return;
  }
  for (const kind of ['docker', 'sandbox'] as const) {
    const skipped = kind === 'docker' && process.env.MATRE_TEST_SKIP_DOCKER;
    describe.skipIf(skipped)(kind, () => suite(kind));
  }
}

/**
 * For tests that do not depend on the engine: the engines themselves are compared by test/engine, and a run on each by
 * the other files of this folder.
 */
export function overOneEngine(suite: (kind: EngineKind) => void): void {
  const kind = process.env.MATRE_TEST_SKIP_DOCKER ? 'sandbox' : 'docker';
  describe(kind, () => suite(kind));
}

/** Events of a supervisor in a container. Times are seconds since boot, so they compare between containers. */
export interface JournalEntry {
  event: 'start' | 'stop' | 'end' | 'left';
  token: string;
  at: number;
  detail: string;
}

export interface HarnessEnvironment {
  id: number;
  code: string;
  shop: Shop;
  container: HarnessContainer;
  /** Of all its replicas; the first is `container`. */
  containers: HarnessContainer[];
}

export interface HarnessContainer {
  name: string;
  /** The output of a command in it. Rejects when its exit code is not 0. */
  exec(...argv: string[]): Promise<string>;
  journal(): Promise<JournalEntry[]>;
  /** Resolves when a supervised process has started and not ended. */
  executing(): Promise<unknown>;
  /** Releases tests that wait at `fault('gate')`, and later ones. */
  openGate(): Promise<unknown>;
  closeGate(): Promise<unknown>;
  /** As an operator does: `docker rm -f`. */
  remove(): Promise<boolean>;
}

export type RunDetails = Awaited<ReturnType<typeof showRun.run>>;

/**
 * A whole matre on real parts: app, container engine, sample image, sample shops, a git repository with the sample
 * module.
 */
export interface Harness {
  context: Context;
  folder: string;
  engine: Engine;
  image: string;
  module: TestRepository;
  /** Settings as in the environment of a process: for another one on the same data. */
  settings: Record<string, string>;
  /** Adds an environment with its own shop. The module gets an env file for it if it has none. */
  environment(
    code: string,
    options?: {
      adminPassword?: string;
      shopPassword?: string;
      slots?: number;
      /** The enabled modules of the shop. */
      modules?: readonly string[];
    },
  ): Promise<HarnessEnvironment>;
  /** Queues a run and returns its number. */
  submit(
    environment: { code: string },
    selection: Partial<Selection>,
    options?: Partial<RunOptions>,
  ): Promise<number>;
  show(runId: number): Promise<RunDetails>;
  finished(runId: number): Promise<RunDetails>;
  /** Queues a run and waits for its end. */
  run(environment: { code: string }, selection: Partial<Selection>): Promise<RunDetails>;
  /** Resolves when a test is running in its container. */
  testing(runId: number, test?: string): Promise<void>;
  log(runId: number): Promise<string>;
  artifact(runId: number, path: string): Promise<string>;
  startWorkers(): Promise<void>;
  stopWorkers(options: { now: boolean }): Promise<void>;
  close(): Promise<void>;
}

export interface HarnessOptions {
  /** Additional files of the module: `undefined` removes one. */
  module?: Record<string, string | undefined>;
  mftfVersion?: string;
  settings?: Record<string, string>;
  /** The stream of the app's log; none by default. */
  log?: Logger;
  /** False: runs stay queued until `startWorkers`. */
  workers?: boolean;
}

export async function openHarness(kind: EngineKind, options: HarnessOptions = {}): Promise<Harness> {
  const home = await mkdtemp(join(tmpdir(), 'matre-runs-'));
  const module = createRepository(join(home, 'module'));
  await cp(examplePath('module'), module.folder, { recursive: true });
  module.commit(options.module ?? {}, 'Tests of the harbour shop');
  const image = await sampleImage(kind, options.mftfVersion);
  const settings = {
    MATRE_ENGINE: kind,
    MATRE_IMAGE: image,
    // Shops and servers of tests listen on the loopback interface of this machine.
    ...(kind === 'docker' ? { MATRE_NETWORK: 'host', MATRE_EXTRA_HOSTS: '' } : { MATRE_PHP: samplePhp }),
    MATRE_MODULE_REPOSITORY: module.folder,
    MATRE_MEMORY: '512m',
    MATRE_TMPFS_SIZE: '16m',
    MATRE_GENERATION_VARIABLES: 'STAND_IN_FAULT',
    // Tests check the effect of a fault on one attempt; test/runs/retries.test.ts covers retries.
    MATRE_RETRIES: '0',
    // Checks in the background would make further containers; test/runs/cests.test.ts covers `auto`, and some files cover `mftf`.
    MATRE_GENERATION: 'matre',
    ...options.settings,
  };
  const testApp = await openTestApp({ settings, ...(options.log && { log: options.log }) });
  const { app, folder } = testApp;
  const { context } = app;
  const catalogs = join(folder, 'catalogs');
  await copyImageCatalogs(sharedCatalogs, catalogs);
  const engine =
    kind === 'docker'
      ? createDockerEngine({ log: quiet })
      : createSandboxEngine({ folder: join(folder, 'sandboxes') });
  // Names of containers end in these numbers, and other tests may use the same engine.
  const first = 1_000_000 + Math.floor(Math.random() * 1_000_000_000);
  await context.database.script(`ALTER TABLE environment ALTER COLUMN id RESTART WITH ${first}`);
  if (options.workers !== false) await app.startWorkers();
  const environments: HarnessEnvironment[] = [];

  const requestContext = { principal: matreItself };
  const show = (runId: number) => showRun.run(context, { id: runId }, requestContext);
  const submit: Harness['submit'] = async ({ code }, selection, options) => {
    const { runs } = await submitRuns.run(
      context,
      parseInput(submitRuns, { environments: [code], selection, options, requestedBy: 'test' }),
      requestContext,
    );
    return runs[0]?.id ?? 0;
  };
  const finished: Harness['finished'] = async (runId) => {
    await waitFor(async () => (await context.runs.get(runId)).state === 'finished');
    return show(runId);
  };

  return {
    context,
    folder,
    engine,
    image,
    module,
    settings: { ...settings, MATRE_DATA: folder },
    submit,
    show,
    finished,
    run: async (environment, selection) => finished(await submit(environment, selection)),

    async environment(code, { adminPassword = sampleAdmin.password, shopPassword, slots = 1, modules } = {}) {
      const envFile = `Cron/data/.env.${code}`;
      if (module.git('ls-files', envFile) === '') {
        const template = readFileSync(join(module.folder, 'Cron/data/.env.preprod-us'), 'utf8');
        module.commit({ [envFile]: template }, `Values of ${code}`);
      }
      const shop = await startShop({
        environment: code,
        port: 0,
        latencyMs: 0,
        adminPassword: shopPassword ?? adminPassword,
        ...(modules && { modules }),
      });
      const { id } = await addEnvironment.run(
        context,
        parseInput(addEnvironment, { code, baseUrl: shop.url, adminUsername: 'admin', adminPassword, slots }),
        requestContext,
      );
      const containers = Array.from({ length: slots }, (_, index) =>
        containerNamed(engine, containerName(id, index + 1)),
      );
      const [container = containerNamed(engine, containerName(id))] = containers;
      const environment = { id, code, shop, container, containers };
      environments.push(environment);
      return environment;
    },

    async testing(runId, test) {
      const { state, reason } = await waitFor(async () => {
        // Not `show`, which reads all of the run at each poll.
        const [run, plan] = await Promise.all([context.runs.get(runId), context.plans.list(runId)]);
        const matches = (name: string) => test === undefined || name === test;
        const isRunning = plan.some((one) => one.startedAt && !one.status && matches(one.test));
        return isRunning || run.state === 'finished' ? run : undefined;
      });
      if (state === 'finished') throw new Error(`The run is over: ${JSON.stringify(reason)}`);
    },

    log: (runId) => readText(context, runId, 'run.log'),
    artifact: (runId, path) => readText(context, runId, path),
    startWorkers: () => app.startWorkers(),
    stopWorkers: (how) => app.stopWorkers(how),

    async close() {
      await app.stopWorkers({ now: true });
      await Promise.all(
        environments.flatMap(({ containers, shop }) => [
          ...containers.map(({ remove }) => remove()),
          shop.close(),
        ]),
      );
      await engine.close();
      await copyImageCatalogs(catalogs, sharedCatalogs);
      await testApp.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/**
 * What was read from images, by their ids: to read one takes a container and five commands in it. Files of modules stay with their
 * harness.
 */
const sharedCatalogs = join(tmpdir(), 'matre-image-catalogs');

async function copyImageCatalogs(from: string, to: string): Promise<void> {
  const names = await readdir(from).catch(() => []);
  const images = names.filter((name) => /^[0-9a-f]{64}\.txt$/.test(name));
  await mkdir(to, { recursive: true, mode: 0o700 });
  for (const name of images) {
    if (existsSync(join(to, name))) continue;
    // Other processes read the file as soon as it has its name.
    const draft = join(to, `${name}.${process.pid}`);
    // Another process may remove the file meanwhile: a catalog folder keeps only the newest.
    if ((await ifPresent(copyFile(join(from, name), draft).then(() => true))) === undefined) continue;
    await rename(draft, join(to, name));
  }
}

function containerNamed(engine: Engine, name: string): HarnessContainer {
  const exec = async (...argv: string[]) => {
    const { code, stdout, stderr } = await capture(engine, name, argv);
    if (code !== 0) throw new Error(`${argv.join(' ')} ended with ${code}: ${stderr}`);
    return stdout;
  };
  const journal = async () => parseJournal(await exec('cat', journalPath));
  return {
    name,
    exec,
    executing: () => waitFor(async () => (await journal()).at(-1)?.event === 'start'),
    openGate: () => exec('touch', '/tmp/stand-in-gate'),
    closeGate: () => exec('rm', '-f', '/tmp/stand-in-gate'),
    journal,
    remove: () => engine.remove(name),
  };
}

/** A test for the module, with these steps: `{ ...moduleTest('SlowTest', '<comment .../>') }`. */
export function moduleTest(name: string, steps: string, group = 'made'): Record<string, string> {
  const annotations = `<annotations><features value="Made"/><group value="${group}"/></annotations>`;
  return {
    [`Test/Mftf/Test/${name}.xml`]: `<?xml version="1.0" encoding="UTF-8"?>
<tests xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="urn:magento:mftf:Test/etc/testSchema.xsd">
    <test name="${name}">${annotations}${steps}</test>
</tests>
`,
  };
}

/** A step that makes the stand-in for MFTF commit a fault, see examples/README.md. */
export function fault(sentence: string): string {
  const key = sentence.replace(/\W/g, '');
  return `<comment userInput="stand-in: ${sentence}" stepKey="${key}"/>`;
}

async function sampleImage(kind: EngineKind, mftfVersion = '3.8.0'): Promise<string> {
  if (kind === 'docker') return buildSampleImage(new Docker(), 'matre-sample', mftfVersion);
  return sampleFolders(mftfVersion, async () => {
    const image = await mkdtemp(join(tmpdir(), 'matre-sample-'));
    process.once('exit', () => rmSync(image, { recursive: true, force: true }));
    await buildSampleTree(image, { mftfVersion });
    return image;
  });
}

/** The images of sandboxes, by the version of MFTF: containers do not change them. */
const sampleFolders = createMemo<string, string>();

async function readText(context: Context, runId: number, path: string): Promise<string> {
  return text((await context.artifacts.open(runId, path)).stream);
}

function parseJournal(content: string): JournalEntry[] {
  return content
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [event, token = '', at, ...detail] = line.split(' ');
      return { event: event as JournalEntry['event'], token, at: Number(at), detail: detail.join(' ') };
    });
}
