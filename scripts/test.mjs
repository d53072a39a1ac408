// `make test`: checks style and types, starts a Docker Engine and a PostgreSQL, runs all tests, and prints in its last
// lines what ran, and what was skipped and why. In CI no test may be skipped.
//
// As root everything happens in a separate network namespace: the engine finds no other engine's bridge there (a second
// engine removes `docker0` of the first, seen with 20.10), no port is in use, and no test can reach beyond this
// machine. With enough memory, all temporary files are kept in it: hundreds of databases and containers would wait for
// disks otherwise.
//
// MATRE_TEST_DOCKER=unix:///var/run/docker.sock   use that engine, and no namespace
// MATRE_TEST_POSTGRES_URL=postgres://...          with it: use that server (each test file makes a database there)
// Arguments are passed on to vitest: `node --import tsx scripts/test.mjs test/pool`.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { freemem, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { noDockerReason, startDocker } from '../test/support/docker.ts';
import { startPostgres } from '../test/support/postgres.ts';
import { createPostgresTemplate } from '../test/support/postgres-template.ts';

const selected = process.argv.slice(2);
const dockerHost = process.env.MATRE_TEST_DOCKER;
const isRoot = process.getuid?.() === 0;
/**
 * Test files that only MATRE_TEST_ALL (`make test-all`) runs, unless they are named: with seconds of CPU on one machine. `make test` has
 * 20 minutes on two cores, and other files test the same code by smaller examples.
 */
const longFiles = [
  'test/cli/bundle.test.ts', // 17: the bundled command line, which all tests of commands execute, file by file
  'test/cli/folder.test.ts', // 18: processes that share a data folder; test/store/folder-lock.test.ts has the lock alone
  'test/cli/long-watches.test.ts', // 18: 24 commands that watch a run of 30 s
  'test/cli/silent-redis.test.ts', // 8: each command while Redis hangs; test/locks/redis.test.ts has the lock store alone
  'test/doctor/processes.test.ts', // 19: what the doctor says of worker processes
  'test/doctor/selenium.test.ts', // 36: sessions in a real Selenium Grid; src/selenium has the client alone
  'test/doctor/walls.test.ts', // 11: what the doctor says of locks, folders and stores that others can reach
  'test/faults/messages/short.test.ts', // 15: `make messages` in short
  'test/page/layout.test.ts', // 25: every view with the longest names, also `make test-page`
  'test/runs/downloads.test.ts', // 37: downloads of real browsers
  'test/runs/sources.test.ts', // 15: images and refs at random; src/mftf/generation has the keys of what is shared
  'test/store/first-start.test.ts', // 7: many processes that create one data folder
];
/** For the temporary files of all tests (about 2 GB at most) and the tests themselves. */
const memoryNeeded = 6 * 1024 ** 3;

if (isRoot && !dockerHost && !process.env.MATRE_TEST_NAMESPACE) {
  const argv = [
    '--net',
    '--mount',
    process.execPath,
    ...process.execArgv,
    fileURLToPath(import.meta.url),
    ...selected,
  ];
  process.exit(run('unshare', argv, { ...process.env, MATRE_TEST_NAMESPACE: '1' }));
}
process.exitCode = await main();

async function main() {
  const folder = mkdtempSync(join(tmpdir(), 'matre-test-'));
  let docker;
  let postgres;
  let mounted = false;
  try {
    if (process.env.MATRE_TEST_NAMESPACE) {
      run('ip', ['link', 'set', 'lo', 'up']);
      mounted = freemem() > memoryNeeded && run('mount', ['-t', 'tmpfs', 'matre-test', folder]) === 0;
    }
    // Like /tmp: PostgreSQL runs as another user.
    chmodSync(folder, 0o1777);
    process.env.TMPDIR = folder;
    const env = { ...process.env, MATRE_TEST_FOLDER: folder };
    if (dockerHost) env.DOCKER_HOST = dockerHost;
    else if (noDockerReason() === undefined) {
      docker = await startDocker(join(folder, 'engine'));
      env.DOCKER_HOST = docker.host;
    } else {
      env.MATRE_TEST_SKIP_DOCKER = `no Docker Engine: ${noDockerReason()}; MATRE_TEST_DOCKER names one`;
    }
    if (!env.MATRE_TEST_POSTGRES_URL) {
      // Where there is none, the tests that need it are skipped with a reason.
      postgres = await startPostgres().catch((error) => console.error(error.message));
      if (postgres) {
        env.MATRE_TEST_POSTGRES_URL = postgres.url;
        env.MATRE_TEST_POSTGRES_TEMPLATE = await createPostgresTemplate(postgres.url);
      }
    }
    return await test(folder, env);
  } catch (error) {
    console.error(error);
    return 1;
  } finally {
    await postgres?.stop();
    await docker?.stop();
    if (mounted) run('umount', ['--lazy', folder]);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

/** Runs all tests, or the selected ones, and counts them. Returns the exit code. */
async function test(folder, env) {
  const compiled = join(folder, 'compiled');
  const isWhole = selected.length === 0;
  const failedChecks = isWhole ? await check(compiled, env) : [];
  if (isWhole && failedChecks.length === 0) {
    completeCompiled(compiled);
    env.MATRE_TEST_COMPILED = compiled;
  }

  const outcomes = join(folder, 'outcomes.json');
  const reporters = ['--reporter=default', `--reporter=${resolve('scripts/outcomes-reporter.mjs')}`];
  const leftOut = isWhole && !process.env.MATRE_TEST_ALL ? longFiles : [];
  const excluded = leftOut.flatMap((path) => ['--exclude', path]);
  const vitest = ['--no-install', 'vitest', 'run', ...reporters, ...excluded, ...selected];
  const status = run('npx', vitest, { ...env, MATRE_TEST_OUTCOMES: outcomes });
  if (!existsSync(outcomes)) throw new Error('vitest wrote no outcomes');
  const { passed, skipped, failures } = JSON.parse(readFileSync(outcomes, 'utf8'));

  for (const path of leftOut) console.log(`left to make test-all: ${path}`);
  for (const check of failedChecks) console.log(`failed: ${check.join(' ')}`);
  // Once more at the end: a log that is cut keeps its last lines.
  for (const { place, message } of failures) console.log(`failed: ${place}\n${message.slice(0, 2_000)}`);
  for (const name of skipped) console.log(`skipped: ${name}`);
  if (skipped.length > 0) console.log(`reason: ${env.MATRE_TEST_SKIP_DOCKER ?? 'see the tests'}`);
  console.log(`engines: ${env.MATRE_TEST_SKIP_DOCKER ? '' : 'docker, '}sandbox; stores: postgresql, pglite`);
  const failed = failures.length + failedChecks.length;
  console.log(`${passed} passed, ${failed} failed, ${skipped.length} skipped`);
  const incomplete = process.env.CI === 'true' && skipped.length > 0;
  return status !== 0 || failed > 0 || incomplete || passed === 0 ? 1 : 0;
}

/** Checks style and types, and compiles all into a folder, each by one process. Returns the commands that failed. */
async function check(compiled, env) {
  const npx = (...argv) => ['npx', '--no-install', ...argv];
  // The first takes 14 s of CPU, the others together 20 s.
  const turns = [
    [npx('tsc', '--noEmit', 'false', '--rootDir', '.', '--outDir', compiled)],
    [
      npx('biome', 'check', '.'),
      npx('tsc', '--noEmit', '-p', 'web'),
      npx('knip'),
      [process.execPath, 'scripts/check-words.mjs'],
      [process.execPath, 'scripts/check-functions.mjs'],
    ],
  ];
  const failed = [];
  await Promise.all(
    turns.map(async (commands) => {
      for (const [command, ...argv] of commands) {
        const [code] = await once(spawn(command, argv, { stdio: 'inherit', env }), 'close');
        if (code !== 0) failed.push([command, ...argv]);
      }
    }),
  );
  return failed;
}

/** Copies the files that compiled code reads to their places beside it, and bundles the command line. */
function completeCompiled(compiled) {
  run(process.execPath, ['scripts/copy-assets.mjs', join(compiled, 'src')]);
  run(process.execPath, ['scripts/bundle-cli.mjs', join(compiled, 'src')]);
  for (const name of ['package.json', 'node_modules', 'examples', 'dist']) {
    symlinkSync(resolve(name), join(compiled, name));
  }
}

/** Runs a command with our outputs; returns its exit code. */
function run(command, argv, env = process.env) {
  const { status, signal, error } = spawnSync(command, argv, { stdio: 'inherit', env });
  if (error) console.error(error.message);
  return status ?? (signal ? 130 : 1);
}
