import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noDockerReason, startDocker, type TestDocker } from '../support/docker.ts';
import { importImage } from './images.ts';

// Both Dockerfiles, built from base images that stand for the public ones: a Debian of the package sources of this machine,
// with its Node and npm, or with the PHP of Debian, whose extensions are packages: `docker-php-ext-install` has nothing to
// compile there. Needs the package sources of Debian and of npm, as the Dockerfiles do. The builder is the one that every
// Docker Engine has; it reads `.dockerignore` in place of the file beside the Dockerfile, which is copied there.

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../..');
const skip = noDockerReason();
const slow = 900_000;

describe.skipIf(skip)(`the Dockerfiles${skip ? ` (${skip})` : ''}`, { timeout: slow }, () => {
  let folder: string;
  let engine: TestDocker;
  const docker = async (...argv: string[]) => {
    const env = { ...process.env, DOCKER_HOST: engine.host, DOCKER_BUILDKIT: '0' };
    const options = { cwd: root, env, maxBuffer: 2 ** 26 };
    const { stdout } = await run('docker', argv, options).catch((error) => {
      // What a step of a build prints goes there.
      throw new Error(`${error.message}\n${String(error.stdout).slice(-2_000)}`, { cause: error });
    });
    return stdout;
  };
  const inside = (image: string, script: string) =>
    docker('run', '--rm', '--network', 'none', '--entrypoint', 'sh', image, '-euc', script);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'matre-dockerfiles-'));
    // In the network of this machine, which reaches the package sources, and without a bridge of its own.
    engine = await startDocker(join(folder, 'engine'), { isolated: ['env'] });
    await importImage(await debian(folder), engine.host, 'matre-test-debian', []);
  }, slow);
  afterAll(async () => {
    await engine?.stop();
    await rm(folder, { recursive: true, force: true });
  }, 120_000);

  it('build the image of matre, with the page, git and ssh', async () => {
    const tree = join(folder, 'node');
    await addNode(tree);
    await importImage(tree, engine.host, 'matre-test-node', []);
    await stack('node:24-bookworm-slim', 'matre-test-debian', 'matre-test-node');
    const context = join(folder, 'source');
    await mkdir(context);
    // What is not in a commit would be sent to the engine before it is left out: gigabytes.
    const files =
      'git ls-files -z --cached --others --exclude-standard | tar -c --null -T - | tar -x -C "$0"';
    await run('sh', ['-c', files, context], { cwd: root });
    await cp(join(root, 'deploy/Dockerfile.dockerignore'), join(context, '.dockerignore'));
    await docker(
      ...[
        'build',
        '--network',
        'host',
        '-f',
        join(context, 'deploy/Dockerfile'),
        '-t',
        'matre:built',
        context,
      ],
    );
    expect(await docker('run', '--rm', '--network', 'none', 'matre:built', '--version')).toMatch(
      /^\d+\.\d+\.\d+/,
    );
    const seen = await inside(
      'matre:built',
      'git --version; ssh -V 2>&1; ls /opt/matre/dist/web/index.html; matre config --json | head -c 20',
    );
    expect(seen).toMatch(/git version[\s\S]*OpenSSH[\s\S]*index\.html[\s\S]*settings/);
    // What only builds it is not there.
    expect(await inside('matre:built', 'ls /opt/matre/node_modules')).not.toMatch(/^(typescript|vite)$/m);
  });

  it('build the image of tests from a Magento tree', async () => {
    const base = join(folder, 'php');
    await mkdir(base);
    await writeFile(
      join(base, 'Dockerfile'),
      `FROM matre-test-debian
RUN apt-get update && apt-get install -y --no-install-recommends php-cli php-bcmath php-curl php-gd php-intl php-xml php-zip
RUN printf '#!/bin/sh\\nphp -m\\n' > /usr/local/bin/docker-php-ext-install && chmod +x /usr/local/bin/docker-php-ext-install
`,
    );
    await docker('build', '--network', 'host', '-t', 'php:8.2-cli-bookworm', base);
    const tree = join(folder, 'magento');
    await mkdir(join(tree, 'vendor/bin'), { recursive: true });
    await mkdir(join(tree, 'dev/tests/acceptance/tests'), { recursive: true });
    await mkdir(join(tree, 'var'));
    await writeFile(join(tree, 'var/left-out'), '');
    const suite = 'modules:\n  config:\n    WebDriver:\n      chromeOptions: {}\n';
    await writeFile(join(tree, 'dev/tests/acceptance/tests/functional.suite.yml'), suite);
    await writeFile(
      join(tree, 'vendor/bin/mftf'),
      `<?php
if ($argv[1] !== 'build:project') exit(1);
file_put_contents('dev/tests/acceptance/codeception.yml', "actor: Tester\\n");
`,
    );
    await cp(join(root, 'deploy/magento/Dockerfile.dockerignore'), join(tree, '.dockerignore'));
    await docker(
      ...['build', '--network', 'host', '-f', 'deploy/magento/Dockerfile', '-t', 'magento-mftf:built', tree],
    );
    const seen = await inside(
      'magento-mftf:built',
      'cat dev/tests/acceptance/codeception.yml dev/tests/acceptance/tests/functional.suite.yml; ls var; id -u',
    );
    expect(seen).toContain('actor: Tester');
    expect(seen).toContain('goog:chromeOptions');
    expect(seen).not.toContain('left-out');
  });

  /** An image that has the files of several others. */
  async function stack(name: string, base: string, added: string): Promise<void> {
    const context = join(folder, 'stack');
    await mkdir(context, { recursive: true });
    await writeFile(join(context, 'Dockerfile'), `FROM ${base}\nCOPY --from=${added} / /\n`);
    await docker('build', '--network', 'none', '-t', name, context);
  }
});

/** A small Debian from the package sources of this machine, which uses the same. */
async function debian(folder: string): Promise<string> {
  const tree = join(folder, 'debian');
  const unpacked = join(folder, 'debootstrap');
  await mkdir(unpacked);
  await run('sh', ['-euc', 'apt-get -qq download debootstrap; dpkg-deb -x debootstrap_*.deb .'], {
    cwd: unpacked,
  });
  const targets = await run('apt-get', [
    'indextargets',
    '--format',
    '$(SITE)',
    'Created-By: Packages',
    'Codename: bookworm',
  ]);
  const [source = ''] = targets.stdout.split('\n');
  await run(
    join(unpacked, 'usr/sbin/debootstrap'),
    ['--variant=minbase', '--include=ca-certificates', 'bookworm', tree, source],
    { env: { ...process.env, DEBOOTSTRAP_DIR: join(unpacked, 'usr/share/debootstrap') }, maxBuffer: 2 ** 26 },
  );
  for (const path of [
    '/etc/apt/sources.list.d',
    '/etc/apt/apt.conf.d',
    '/etc/ssl/certs',
    '/usr/share/keyrings',
  ]) {
    await run('cp', ['-aT', path, join(tree, path)]);
  }
  return tree;
}

/** Adds the Node and npm of this machine, with its settings of npm. */
async function addNode(tree: string): Promise<void> {
  const bin = join(tree, 'usr/local/bin');
  await mkdir(bin, { recursive: true });
  await cp(process.execPath, join(bin, 'node'));
  const { stdout } = await run('sh', ['-c', 'readlink -f "$(command -v npm)"']);
  const modules = 'usr/local/lib/node_modules';
  await cp(dirname(dirname(stdout.trim())), join(tree, modules, 'npm'), { recursive: true });
  for (const name of ['npm', 'npx']) {
    await symlink(`../lib/node_modules/npm/bin/${name}-cli.js`, join(bin, name));
  }
  const { stdout: config } = await run('npm', ['config', 'get', 'registry', 'cafile']);
  const setting = (name: string) =>
    new RegExp(`^${name}=(.*)$`, 'm').exec(config)?.[1]?.replaceAll('"', '') ?? '';
  const etc = join(tree, 'usr/local/etc');
  await mkdir(etc, { recursive: true });
  const lines = [`registry=${setting('registry')}`];
  // Of a mirror of the registry that this machine uses.
  if (setting('cafile').startsWith('/')) {
    await cp(setting('cafile'), join(etc, 'npm-ca.pem'));
    lines.push('cafile=/usr/local/etc/npm-ca.pem');
  }
  await writeFile(join(etc, 'npmrc'), `${lines.join('\n')}\n`);
}
