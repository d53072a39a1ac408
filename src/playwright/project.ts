import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type { Writable } from 'node:stream';
import { putFiles } from '../engine/archive.ts';
import type { Engine } from '../engine/engine.ts';
import { superviseTo } from '../engine/supervise-to.ts';
import { readClock, type SupervisedEnd } from '../engine/supervised.ts';
import { Fault, type FaultCode } from '../faults/fault.ts';
import type { Layout } from '../mftf/container/layout.ts';
import type { InstalledModule } from '../mftf/module/installed-module.ts';
import { runToken } from '../model/run-token.ts';
import { runFolder } from '../pool/specification.ts';
import type { Job } from '../worker/runner.ts';
import { playwrightScripts } from './container/scripts.ts';
import { maxOwnCode } from './judge-task.ts';

/** A Playwright project in the containers of a run. */
export interface Project {
  /** Its folder in the container. */
  folder: string;
  /** Of its module. */
  commit: string;
  /** The same below the root of Magento, for places of failures. */
  place: string;
  /** The end of its real path. Folders above its module may be links; the module is a copy. */
  pathEnd: string;
  /** The configuration for its command: a file of ours when another browser is set; `undefined`: Playwright finds it. */
  config: string | undefined;
}

/** What runs commands in the containers of a run while this worker holds the run. */
export interface Commands {
  engine: Engine;
  job: Job;
  heartbeatMs: number;
  pace(bytes: number): Promise<void>;
}

/** Time for Playwright to close its browsers after TERM. */
const graceMs = 5_000;

/** Runs a command of a run in one of its containers, so that no process of it outlives the worker. Errors: those of the engine and the signal. */
export async function runCommand(
  { engine, job, heartbeatMs, pace }: Commands,
  containerId: string,
  command: { argv: string[]; cwd: string; env?: Record<string, string>; output: Writable; timeoutMs: number },
): Promise<SupervisedEnd> {
  const { argv, cwd, env, output, timeoutMs } = command;
  const { run, fence, abort: signal, heldUntil } = job;
  return superviseTo(
    engine,
    containerId,
    { argv, cwd, ...(env && { env }) },
    {
      token: runToken({ runId: run.id, fence }),
      fence,
      deadline: { until: heldUntil, clock: await readClock(engine, containerId) },
      limitMs: heartbeatMs,
      graceMs,
      timeoutMs,
      signal,
      output,
      pace,
    },
  );
}

/**
 * The fault of a command that was killed, such as by its supervisor when the worker is too busy for heartbeats: nothing is wrong with the
 * project then, and another attempt may succeed. `undefined` for one that exited without a signal.
 */
export function killedFault(end: SupervisedEnd, subject: string): Fault | undefined {
  if (end.kind !== 'exited' || end.code <= maxOwnCode) return undefined;
  const code = end.outOfMemory ? 'OUT_OF_MEMORY' : 'RESULT_MISSING';
  return new Fault(code, `${subject} was killed (exit code ${end.code}).`);
}

/**
 * A command with an empty output folder. What earlier commands left beside it is removed: the file system of the run is in memory, and
 * small.
 */
export const withOutputFolder = (output: string, argv: readonly string[]): string[] => [
  ...['sh', '-c', 'rm -rf "$(dirname "$1")" && mkdir -p "$1" && shift && exec "$@"', 'sh', output],
  ...argv,
];

const configNames = ['ts', 'js', 'mts', 'mjs', 'cts', 'cjs'].map(
  (extension) => `playwright.config.${extension}`,
);
/** Written beside the configuration, which it imports. */
const ownConfig = 'playwright.matre.config.ts';

/**
 * Finds the project in the first module that has its folder with a package.json. Errors: PLAYWRIGHT_NOT_SET, PLAYWRIGHT_PROJECT_MISSING,
 * PLAYWRIGHT_PROJECT_INVALID when it has no configuration.
 */
export async function findProject(
  { folder, browser }: { folder: string | undefined; browser: string | undefined },
  layout: Pick<Layout, 'root'>,
  testModules: readonly InstalledModule[],
): Promise<Project & { configName: string }> {
  if (folder === undefined) throw new Fault('PLAYWRIGHT_NOT_SET', 'MATRE_PLAYWRIGHT is not set.');
  const module = testModules.find(({ path }) => existsSync(join(path, folder, 'package.json')));
  if (module === undefined) {
    const where = testModules.map(({ name, id }) => `${name} at ${id}`).join(', ');
    throw new Fault(
      'PLAYWRIGHT_PROJECT_MISSING',
      `There is no ${posix.join(folder, 'package.json')} in ${where}.`,
    );
  }
  const names = new Set(await readdir(join(module.path, folder)));
  const configName = configNames.find((name) => names.has(name));
  if (configName === undefined) {
    throw new Fault('PLAYWRIGHT_PROJECT_INVALID', `${folder} has no playwright.config.ts or .js.`);
  }
  const place = posix.join(module.target, folder);
  return {
    folder: posix.join(layout.root, place),
    place,
    commit: module.id,
    configName,
    pathEnd: posix.join(posix.basename(module.target), folder),
    config: browser === undefined ? undefined : ownConfig,
  };
}

/** How long npm may take. */
const installMs = 15 * 60_000;

const refusals: Record<number, { code: FaultCode; message: string }> = {
  10: { code: 'PLAYWRIGHT_PROJECT_MISSING', message: 'The project has no package.json in the container.' },
  11: {
    code: 'PLAYWRIGHT_LOCK_MISSING',
    message: 'The Playwright project has neither package-lock.json nor npm-shrinkwrap.json.',
  },
  12: { code: 'PLAYWRIGHT_NODE_MISSING', message: 'There is no node and npm in the container.' },
  14: {
    code: 'PLAYWRIGHT_PROJECT_INVALID',
    message: 'The lock file of the project has no @playwright/test.',
  },
};

/** Installs the packages of a project in a container. Errors: those of the codes of Playwright, and of the engine. */
export async function installPackages(
  commands: Commands,
  containerId: string,
  request: {
    project: Project & { configName: string };
    layout: Pick<Layout, 'acceptance'>;
    browser: string | undefined;
    /** Of npm: NPM_... and npm_config_... */
    env: Record<string, string>;
    output: Writable;
  },
): Promise<void> {
  const { project, layout, browser, env, output } = request;
  const end = await runCommand(commands, containerId, {
    argv: ['sh', playwrightScripts.prepare, project.folder, `${layout.acceptance}/.playwright`],
    cwd: runFolder,
    env,
    output,
    timeoutMs: installMs,
  });
  if (end.kind === 'unknown') throw new Fault('CONTAINER_VANISHED', end.message);
  const killed = killedFault(end, 'npm ci');
  if (killed) throw killed;
  const code = end.kind === 'exited' ? end.code : undefined;
  if (code !== 0) {
    const refusal = code === undefined ? undefined : refusals[code];
    if (refusal) throw new Fault(refusal.code, refusal.message);
    const why = code === undefined ? `took longer than ${installMs / 60_000} minutes` : 'failed';
    throw new Fault('PLAYWRIGHT_INSTALL_FAILED', `npm ci ${why} in ${project.folder}.`);
  }
  if (browser !== undefined) {
    const content = configWith(project.configName, browser);
    await putFiles(commands.engine, containerId, project.folder, [{ path: ownConfig, content }]);
  }
}

/** A configuration that changes another one: projects for Chromium start the given one. */
function configWith(configName: string, browser: string): string {
  return `import config from './${configName}';

const ofChromium = (use) => (use.browserName ?? use.defaultBrowserName ?? 'chromium') === 'chromium';
const all = config.use ?? {};
const withBrowser = (own = {}) => {
  const use = { ...all, ...own };
  if (!ofChromium(use)) return own;
  const launchOptions = { ...use.launchOptions, executablePath: ${JSON.stringify(browser)} };
  // Videos need a program that comes with the browsers of Playwright; traces have pictures.
  return { ...own, channel: undefined, launchOptions, video: 'off' };
};
export default {
  ...config,
  use: { ...all, ...withBrowser() },
  ...(config.projects && { projects: config.projects.map((project) => ({ ...project, use: withBrowser(project.use) })) }),
};
`;
}
