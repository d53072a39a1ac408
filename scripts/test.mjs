// `make test`: checks style and types, brings up a Docker Engine of its own, runs all tests, and says in its last lines
// what ran and what was skipped for what reason. In CI nothing may be skipped.
//
// As root everything happens in a network namespace of its own: the engine finds no other engine's bridge there (a second
// engine removes `docker0` of the first, seen with 20.10), no port is taken, and no test can reach beyond this machine.
//
// MATRE_TEST_DOCKER=unix:///var/run/docker.sock   use that engine, and no namespace
// MATRE_TEST_POSTGRES_URL=postgres://...          with it: use that server (a database is made for each test file)
// Arguments are passed on to vitest: `node scripts/test.mjs test/pool`.
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const selected = process.argv.slice(2);
const told = process.env.MATRE_TEST_DOCKER;
const isRoot = process.getuid?.() === 0;

if (isRoot && !told && !process.env.MATRE_TEST_NAMESPACE) {
  const argv = ['--net', process.execPath, fileURLToPath(import.meta.url), ...selected];
  process.exit(run('unshare', argv, { ...process.env, MATRE_TEST_NAMESPACE: '1' }));
}
process.exitCode = await main();

async function main() {
  const folder = mkdtempSync(join(tmpdir(), 'matre-test-'));
  const env = { ...process.env };
  let docker;
  try {
    if (process.env.MATRE_TEST_NAMESPACE) run('ip', ['link', 'set', 'lo', 'up']);
    if (told) env.DOCKER_HOST = told;
    else if (isRoot && spawnSync('dockerd', ['--version']).status === 0) {
      docker = await startDocker(folder);
      env.DOCKER_HOST = docker.host;
    } else {
      env.MATRE_TEST_SKIP_DOCKER = 'no Docker Engine: not root, or no dockerd; MATRE_TEST_DOCKER names one';
    }
    return test(folder, env);
  } catch (error) {
    console.error(error);
    return 1;
  } finally {
    await docker?.stop();
    // The engine leaves its network namespace mounted.
    if (docker) spawnSync('umount', ['--lazy', join(folder, 'exec/netns/default')]);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

/** Starts a Docker Engine in a folder; settles when it answers. Its log is a file: nobody reads a pipe while tests run. */
async function startDocker(folder) {
  const socketPath = join(folder, 'docker.sock');
  const logPath = join(folder, 'docker.log');
  const folders = ['--data-root', join(folder, 'docker'), '--exec-root', join(folder, 'exec')];
  const argv = ['--host', `unix://${socketPath}`, ...folders];
  argv.push('--pidfile', join(folder, 'docker.pid'), '--iptables=false');
  const log = openSync(logPath, 'w');
  const child = spawn('dockerd', argv, { stdio: ['ignore', log, log], detached: true });
  closeSync(log);
  for (let tries = 300; !(await answers(socketPath)); tries--) {
    if (child.exitCode !== null || tries === 0) {
      throw new Error(`dockerd does not answer:\n${readFileSync(logPath, 'utf8').slice(-2_000)}`);
    }
    await setTimeout(100);
  }
  const stop = () =>
    new Promise((resolve) => {
      child.once('exit', resolve);
      child.kill('SIGTERM');
    });
  return { host: `unix://${socketPath}`, stop };
}

function answers(socketPath) {
  return new Promise((resolve) => {
    const asked = get({ socketPath, path: '/_ping' }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    asked.on('error', () => resolve(false));
  });
}

/** Runs everything, or what was selected, and counts. Returns the exit code. */
function test(folder, env) {
  const checks =
    selected.length === 0
      ? [
          ['biome', 'check', '.'],
          ['tsc', '--noEmit'],
        ]
      : [];
  const failedChecks = checks.filter((check) => run('npx', ['--no-install', ...check], env) !== 0);

  const report = join(folder, 'report.json');
  const vitest = ['--no-install', 'vitest', 'run', '--reporter=default', '--reporter=json'];
  const status = run('npx', [...vitest, `--outputFile.json=${report}`, ...selected], env);
  if (!existsSync(report)) throw new Error('vitest wrote no report');
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, 'utf8'));

  const didNotRun = ['pending', 'skipped', 'todo', 'disabled'];
  const skipped = testResults.flatMap((file) =>
    file.assertionResults.filter((result) => didNotRun.includes(result.status)),
  );
  // A file that could not be loaded has no tests to count, but it is a failure.
  const unloaded = testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  );
  const failures = numFailedTests + unloaded.length + failedChecks.length;

  for (const check of failedChecks) console.log(`failed: ${check.join(' ')}`);
  for (const file of unloaded) console.log(`failed to load: ${file.name}`);
  for (const result of skipped) console.log(`skipped: ${result.fullName}`);
  if (skipped.length > 0) console.log(`reason: ${env.MATRE_TEST_SKIP_DOCKER ?? 'see the tests'}`);
  console.log(`engines: ${env.MATRE_TEST_SKIP_DOCKER ? '' : 'docker, '}sandbox; stores: postgresql, pglite`);
  console.log(`${numPassedTests} passed, ${failures} failed, ${skipped.length} skipped`);
  const incomplete = process.env.CI === 'true' && skipped.length > 0;
  return status !== 0 || failures > 0 || incomplete || numPassedTests === 0 ? 1 : 0;
}

/** Runs a command with our outputs; its exit code. */
function run(command, argv, env = process.env) {
  const { status, signal, error } = spawnSync(command, argv, { stdio: 'inherit', env });
  if (error) console.error(error.message);
  return status ?? (signal ? 130 : 1);
}
