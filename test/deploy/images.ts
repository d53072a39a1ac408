import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readdir, realpath, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../..');

/**
 * The images of deploy/compose.yml, without a registry: built from programs of this machine and their libraries, with
 * the same commands, users and variables as far as the compose file uses them.
 */
const imageNames = {
  matre: 'matre-test',
  redis: 'matre-test-redis',
  postgres: 'matre-test-postgres',
  caddy: 'matre-test-caddy',
};

/** matre as deploy/Dockerfile builds it: compiled, with its production dependencies and nothing else. */
export async function importMatre(folder: string, docker: string): Promise<string> {
  const tree = join(folder, 'matre');
  const home = join(tree, 'opt/matre');
  await programs(tree, [process.execPath, '/usr/bin/git', '/usr/bin/flock']);
  await run(
    'npx',
    ['--no-install', 'tsc', '-p', 'tsconfig.build.json', '--noCheck', '--outDir', join(home, 'dist')],
    {
      cwd: root,
    },
  );
  await run(process.execPath, ['scripts/bundle-dockerode.mjs', join(home, 'dist')], { cwd: root });
  await cp(join(root, 'src'), join(home, 'dist'), {
    recursive: true,
    filter: (path) => !/\.ts$/.test(path),
  });
  await run(process.execPath, ['scripts/bundle-cli.mjs', join(home, 'dist')], { cwd: root });
  for (const part of ['bin', 'examples', 'docs', 'package.json']) {
    await cp(join(root, part), join(home, part), { recursive: true });
  }
  // As in the Dockerfile; without a network, because packages are only removed.
  await run('cp', ['-a', join(root, 'node_modules'), join(home, 'node_modules')]);
  await cp(join(root, 'package-lock.json'), join(home, 'package-lock.json'));
  await run('npm', ['prune', '--omit=dev', '--offline', '--ignore-scripts'], { cwd: home });
  for (const path of await readdir(join(home, 'node_modules'), { recursive: true })) {
    if (path.endsWith('-gnu.node')) await librariesOf(tree, join(home, 'node_modules', path));
  }
  await mkdir(join(tree, 'usr/local/bin'), { recursive: true });
  await symlink('/opt/matre/bin/matre.js', join(tree, 'usr/local/bin/matre'));
  await importImage(tree, docker, imageNames.matre, [
    'ENTRYPOINT ["matre"]',
    'CMD ["up"]',
    'WORKDIR /opt/matre',
  ]);
  return imageNames.matre;
}

export async function importRedis(folder: string, docker: string): Promise<string> {
  const tree = join(folder, 'redis');
  await programs(tree, ['/usr/bin/redis-server', '/usr/bin/redis-cli']);
  await mkdir(join(tree, 'data'));
  await writeFile(join(tree, 'bin/docker-entrypoint.sh'), '#!/bin/sh\nexec "$@"\n', { mode: 0o755 });
  await importImage(tree, docker, imageNames.redis, ['WORKDIR /data', 'VOLUME /data']);
  return imageNames.redis;
}

/** Caddy of this machine, or from the package of Debian; the reason why there is none. */
export async function importCaddy(
  folder: string,
  docker: string,
): Promise<{ image: string } | { reason: string }> {
  const tree = join(folder, 'caddy');
  const unpacked = join(folder, 'caddy-package');
  await mkdir(unpacked);
  // Its installation would start a server on port 80.
  const script =
    'command -v caddy || { apt-get -qq download caddy && dpkg-deb -x caddy_*.deb . && echo "$PWD/usr/bin/caddy"; }';
  const { stdout } = await run('sh', ['-c', `{ ${script}; } 2>/dev/null || true`], { cwd: unpacked });
  const program = stdout.trim().split('\n').at(-1) ?? '';
  if (program === '') return { reason: 'no caddy, and no package of it' };
  await programs(tree, []);
  await mkdir(join(tree, 'usr/bin'), { recursive: true });
  await cp(program, join(tree, 'usr/bin/caddy'));
  await librariesOf(tree, program);
  await importImage(tree, docker, imageNames.caddy, [
    'CMD ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"]',
    'ENV XDG_DATA_HOME=/data XDG_CONFIG_HOME=/config PATH=/usr/bin:/bin',
  ]);
  return { image: imageNames.caddy };
}

/** Supports POSTGRES_USER, POSTGRES_PASSWORD and POSTGRES_DB. */
export async function importPostgres(folder: string, docker: string): Promise<string> {
  const tree = join(folder, 'postgres');
  const versions = await readdir('/usr/lib/postgresql');
  const home = `/usr/lib/postgresql/${versions.sort().at(-1)}`;
  const names = ['postgres', 'initdb', 'pg_isready', 'psql', 'pg_dump', 'pg_restore', 'pg_ctl'];
  await programs(
    tree,
    names.map((name) => `${home}/bin/${name}`),
  );
  for (const part of [`${home}/lib`, home.replace('/lib/', '/share/')]) {
    await cp(part, join(tree, part), { recursive: true });
  }
  const data = '/var/lib/postgresql/data';
  await mkdir(join(tree, data), { recursive: true });
  await mkdir(join(tree, 'var/run/postgresql'), { recursive: true });
  await writeFile(join(tree, 'entry.sh'), postgresEntry(data), { mode: 0o755 });
  await run('chown', ['-R', '999:999', join(tree, 'var')]);
  await importImage(tree, docker, imageNames.postgres, [
    'ENTRYPOINT ["sh", "/entry.sh"]',
    'USER 999:999',
    `ENV PATH=${home}/bin:/usr/bin:/bin`,
  ]);
  return imageNames.postgres;
}

const postgresEntry = (data: string) => `set -eu
if [ ! -s ${data}/PG_VERSION ]; then
  printf '%s' "$POSTGRES_PASSWORD" > /tmp/password
  initdb --pgdata=${data} --username="$POSTGRES_USER" --pwfile=/tmp/password --auth=scram-sha-256 --locale=C --encoding=UTF8
  rm /tmp/password
  echo "CREATE DATABASE \\"$POSTGRES_DB\\"" | postgres --single -D ${data} postgres
  echo "host all all all scram-sha-256" >> ${data}/pg_hba.conf
fi
exec postgres -D ${data} -c listen_addresses='*' -c unix_socket_directories=/var/run/postgresql
`;

/** A shell, and programs with their libraries at the paths where they are looked up. */
async function programs(tree: string, paths: string[]): Promise<void> {
  const busybox = '/bin/busybox';
  const { stdout: applets } = await run(busybox, ['--list']);
  for (const name of ['bin', 'etc', 'proc', 'sys', 'dev', 'usr/bin']) {
    await mkdir(join(tree, name), { recursive: true });
  }
  await mkdir(join(tree, 'tmp'), { mode: 0o777 });
  await run('chmod', ['1777', join(tree, 'tmp')]);
  await cp(busybox, join(tree, 'bin/busybox'));
  for (const applet of applets.trim().split('\n')) {
    if (applet !== 'busybox') await symlink('busybox', join(tree, 'bin', applet));
  }
  await symlink('/bin/env', join(tree, 'usr/bin/env'));
  await writeFile(join(tree, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\npostgres:x:999:999::/:/bin/sh\n');
  await writeFile(join(tree, 'etc/group'), 'root:x:0:\npostgres:x:999:\n');
  for (const path of paths) {
    await mkdir(join(tree, dirname(path)), { recursive: true });
    await cp(await realpath(path), join(tree, path), { force: true });
    await librariesOf(tree, path);
  }
}

async function librariesOf(tree: string, path: string): Promise<void> {
  const { stdout } = await run('ldd', [path]);
  for (const [, file] of stdout.matchAll(/(?:=>\s+|^\s+)(\/\S+)\s+\(0x/gm)) {
    if (file === undefined) continue;
    await mkdir(join(tree, dirname(file)), { recursive: true });
    await cp(await realpath(file), join(tree, file), { force: true });
  }
}

export async function importImage(
  tree: string,
  docker: string,
  name: string,
  changes: string[],
): Promise<void> {
  const tar = spawn('tar', ['-C', tree, '-c', '.'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const flags = changes.flatMap((change) => ['--change', change]);
  const importing = spawn('docker', ['--host', docker, 'import', ...flags, '-', name], {
    stdio: [tar.stdout, 'ignore', 'inherit'],
  });
  const [code] = (await once(importing, 'exit')) as [number];
  if (code !== 0) throw new Error(`docker import of ${name} ended with ${code}`);
}
