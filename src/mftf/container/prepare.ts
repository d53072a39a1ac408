import { posix } from 'node:path';
import { putFiles } from '../../engine/archive.ts';
import type { Engine } from '../../engine/engine.ts';
import { capture } from '../../engine/read-all.ts';
import { Fault } from '../../faults/fault.ts';
import { checkoutsFolder, runFolder } from '../../pool/specification.ts';
import { type EnvFiles, moduleEnvPath } from '../module/env-files.ts';
import type { InstalledModule } from '../module/installed-module.ts';
import type { Layout } from './layout.ts';
import { scripts } from './scripts.ts';

/**
 * Prepares a container for one run: installs the test modules at their commits and the values of the environment, and removes the files
 * of earlier runs. Framework files that an earlier run patched become those of the image. Returns whether its tests use Chrome, the
 * version of MFTF if it says one, and which of the files to patch the image lacks. Errors: IMAGE_UNSUITABLE, PATCH_FAILED for a file to patch that is a link,
 * MODULE_ENV_FILE_MISSING, DISK_FULL, CONTAINER_UNHEALTHY, CONTAINER_VANISHED.
 */
export async function prepare(
  engine: Engine,
  containerId: string,
  request: {
    layout: Layout;
    testModules: readonly InstalledModule[];
    /** The one that has the values of the environment. */
    valuesFrom: InstalledModule;
    code: string;
    files: EnvFiles;
    patchedPaths?: readonly string[];
  },
): Promise<{ chrome: boolean; mftfVersion: string | undefined; missing: Set<string> }> {
  const { layout, testModules, valuesFrom, code, files, patchedPaths = [] } = request;
  const { root, acceptance, generated, suiteClasses } = layout;
  const argv = [
    'sh',
    scripts.prepare,
    root,
    acceptance,
    generated,
    suiteClasses,
    runFolder,
    String(testModules.length),
    ...testModules.flatMap(({ target, id }) => [posix.join(root, target), posix.join(checkoutsFolder, id)]),
    ...patchedPaths,
  ];
  const { code: exitCode, stdout, stderr } = await capture(engine, containerId, argv);
  if (exitCode === 3) throw new Fault('IMAGE_UNSUITABLE', `${stderr.trim()}.`);
  if (exitCode !== 0) {
    const isDiskFull = stderr.includes('No space left on device');
    throw new Fault(
      isDiskFull ? 'DISK_FULL' : 'CONTAINER_UNHEALTHY',
      `The container could not be prepared: ${stderr.trim()}`,
    );
  }
  const lines = stdout.split('\n');
  const pathsAfter = (word: string) =>
    lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));
  const [link] = pathsAfter('link');
  if (link !== undefined) {
    throw new Fault('PATCH_FAILED', `${link} is a link in the image, or behind one, and is not patched.`);
  }
  await putValues(engine, containerId, files);
  // The usual manual check: the file exists and is not empty, in this container, now.
  const envFile = posix.join(root, valuesFrom.target, moduleEnvPath(code));
  const check = await capture(engine, containerId, ['test', '-s', envFile]);
  if (check.code !== 0) {
    throw new Fault(
      'MODULE_ENV_FILE_MISSING',
      `${envFile} is missing or empty in the container (commit ${valuesFrom.id}).`,
    );
  }
  const [mftfVersion] = pathsAfter('mftf');
  return { chrome: lines.includes('chrome'), mftfVersion, missing: new Set(pathsAfter('missing')) };
}

/** Writes the values that MFTF reads into their tmpfs, replacing earlier ones. Errors: DISK_FULL, CONTAINER_VANISHED. */
export async function putValues(
  engine: Engine,
  containerId: string,
  { env, credentials }: Pick<EnvFiles, 'env' | 'credentials'>,
): Promise<void> {
  await putFiles(engine, containerId, runFolder, [
    { path: '.env', mode: 0o600, content: env },
    { path: '.credentials', mode: 0o600, content: credentials },
  ]);
}
