// `make test`: brings up a Docker Engine of its own where that is possible, checks types and style, runs all tests,
// and says in its last lines what ran and what was skipped for what reason. In CI nothing may be skipped.
//
// MATRE_TEST_DOCKER=unix:///var/run/docker.sock   use that engine instead of an own one
// MATRE_TEST_POSTGRES_URL=postgres://...          use that server (a database is made for each test file)
// Arguments are passed on to vitest: `node scripts/test.mjs test/pool`.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'matre-test-'));
const inCi = process.env.CI === 'true';

/** Starts a Docker Engine in the temporary folder; its containers have no network unless they use the host's. */
async function startDocker() {
  const socket = join(folder, 'docker.sock');
  const argv = [
    '--host',
    `unix://${socket}`,
    '--data-root',
    join(folder, 'docker'),
    '--exec-root',
    join(folder, 'exec'),
  ];
  argv.push(
    '--pidfile',
    join(folder, 'docker.pid'),
    '--bridge',
    'none',
    '--iptables=false',
    '--ip6tables=false',
  );
  let output = '';
  const child = spawn('dockerd', argv, { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
  child.stderr.setEncoding('utf8');
  const ready = new Promise((resolve, reject) => {
    child.stderr.on('data', (text) => {
      output = (output + text).slice(-20_000);
      if (output.includes('API listen on')) resolve(undefined);
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`dockerd ended with ${code}:\n${output.slice(-2_000)}`)));
  });
  await ready;
  const stop = () =>
    new Promise((resolve) => {
      child.removeAllListeners('exit');
      child.once('exit', resolve);
      child.kill('SIGTERM');
    });
  return { host: `unix://${socket}`, stop };
}

function run(command, argv, env = process.env) {
  const { status, signal } = spawnSync(command, argv, { stdio: 'inherit', env });
  return status ?? (signal ? 130 : 1);
}

let docker;
let exitCode = 1;
const env = { ...process.env };
try {
  if (process.env.MATRE_TEST_DOCKER) {
    env.DOCKER_HOST = process.env.MATRE_TEST_DOCKER;
  } else if (process.getuid?.() === 0 && spawnSync('dockerd', ['--version']).status === 0) {
    docker = await startDocker();
    env.DOCKER_HOST = docker.host;
  } else {
    env.MATRE_TEST_SKIP_DOCKER =
      'no Docker Engine: not root, or dockerd is not installed; MATRE_TEST_DOCKER names one';
  }

  // A part of the tests is asked for: then only that, without style and types.
  const selected = process.argv.slice(2);
  const checks =
    selected.length === 0
      ? [
          ['biome', 'check', '.'],
          ['tsc', '--noEmit'],
        ]
      : [];
  const failedChecks = checks.filter((check) => run('npx', ['--no-install', ...check]) !== 0);

  const report = join(folder, 'report.json');
  const vitest = ['--no-install', 'vitest', 'run', '--reporter=default', '--reporter=json'];
  const status = run('npx', [...vitest, `--outputFile.json=${report}`, ...selected], env);

  if (!existsSync(report)) throw new Error('vitest wrote no report');
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, 'utf8'));
  const skipped = testResults.flatMap((file) =>
    file.assertionResults.filter((test) => ['pending', 'skipped', 'todo', 'disabled'].includes(test.status)),
  );
  // A file that could not be loaded has no tests to count, but it is a failure.
  const unloaded = testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  );
  const failures = numFailedTests + unloaded.length + failedChecks.length;

  for (const check of failedChecks) console.log(`failed: ${check.join(' ')}`);
  for (const file of unloaded) console.log(`failed to load: ${file.name}`);
  for (const test of skipped) console.log(`skipped: ${test.fullName}`);
  if (skipped.length > 0) console.log(`reason: ${env.MATRE_TEST_SKIP_DOCKER ?? 'see the tests'}`);
  console.log(
    `engines: ${env.MATRE_TEST_SKIP_DOCKER ? '' : 'docker, '}sandbox; stores: postgresql, pglite; locks: redis, in process`,
  );
  console.log(`${numPassedTests} passed, ${failures} failed, ${skipped.length} skipped`);
  exitCode = status !== 0 || failures > 0 || (inCi && skipped.length > 0) || numPassedTests === 0 ? 1 : 0;
} catch (error) {
  console.error(error);
} finally {
  await docker?.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
process.exitCode = exitCode;
