import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import Docker from 'dockerode';
import { buildSampleImage } from '../../src/demo/image.ts';
import { startDocker } from '../support/docker.ts';
import { importCaddy, importMatre, importPostgres, importRedis } from './images.ts';

const root = resolve(import.meta.dirname, '../..');

/** The engine publishes ports on 127.0.0.1. Networks are apart from each other, as the engine of an operator keeps them. */
const namespace = ['unshare', '--net', '--', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh'];

/** The name of the project, and of the network of the tests. */
export const project = 'matre-test';
export const publicUrl = 'https://tools.example.com/matre';
const passwords = {
  POSTGRES_PASSWORD: 'a/password+of the=test%41@:?#',
  REDIS_PASSWORD: `another/password+"of" the='test'`,
};

/** A copy of deploy/ with its own deploy/.env, in a Docker Engine of its own. */
export interface Installation {
  folder: string;
  data: string;
  /** Of the engine, in the form of DOCKER_HOST. */
  host: string;
  image: string;
  /** Why there is no Caddy; `undefined` when there is one. */
  noCaddyReason: string | undefined;
  /** Runs lines of a shell in the folder that has deploy/, where `docker` and `docker compose` are those of this engine. */
  shell(lines: string, input?: string): Promise<string>;
  compose(...argv: string[]): Promise<string>;
  docker(...argv: string[]): Promise<string>;
  /** The JSON of a command of matre in the container of the server, as an operator would type it. */
  matre<T>(...argv: string[]): Promise<T>;
  stop(): Promise<void>;
}

export async function install(): Promise<Installation> {
  const folder = await mkdtemp(join(tmpdir(), 'matre-compose-'));
  const data = join(folder, 'data');
  await cp(join(root, 'examples/module'), join(data, 'module'), { recursive: true });
  const engine = await startDocker(join(folder, 'engine'), { isolated: namespace, firewall: true });
  const { host } = engine;
  const socketPath = host.slice('unix://'.length);
  const image = await importMatre(folder, host);
  const caddy = await importCaddy(folder, host);
  await cp(join(root, 'deploy'), join(folder, 'deploy'), { recursive: true });
  await mkdir(join(folder, 'deploy/secrets'), { mode: 0o700 });
  const secret = async (name: string, text: string) => {
    await writeFile(join(folder, 'deploy/secrets', name), text, { mode: 0o600 });
    return `./secrets/${name}`;
  };
  const settings: Record<string, string> = {
    DOCKER_SOCKET: socketPath,
    MATRE_SECRET_KEY: randomBytes(32).toString('base64'),
    MATRE_PUBLIC_URL: publicUrl,
    MATRE_PUBLISH: '127.0.0.1:0',
    MATRE_DATA: data,
    MATRE_MODULE_PATH: join(data, 'module'),
    MATRE_MODULE_PASSWORD_FILE: await secret('module-token', 'token-of-the-module\n'),
    MATRE_MODULE_SSH_KEY_FILE: await secret('module-key', 'key of the module\n'),
    MATRE_NETWORK: project,
    MATRE_IMAGE: await buildSampleImage(new Docker({ socketPath })),
    MATRE_PROGRAM_IMAGE: image,
    MATRE_OIDC_ISSUER: 'https://sso.example.com',
    MATRE_OIDC_CLIENT_ID: 'matre',
    MATRE_OIDC_CLIENT_SECRET_FILE: await secret('oidc', 'secret-of-the-client\n'),
    MATRE_OIDC_NAME: 'Company',
    MATRE_OIDC_OPERATORS: 'qa',
    TZ: 'Europe/Vienna',
    SERVER_MEMORY: '1g',
    REDIS_IMAGE: await importRedis(folder, host),
    POSTGRES_IMAGE: await importPostgres(folder, host),
    ...('image' in caddy && { CADDY_IMAGE: caddy.image }),
    CADDY_SITE: 'tools.example.com',
    CADDY_TLS: 'tls internal',
    CADDY_PUBLISH_HTTP: '127.0.0.1:0',
    CADDY_PUBLISH_HTTPS: '127.0.0.1:0',
    CADDY_PUBLISH_LIVE_VIEW: '127.0.0.1:0',
    CADDY_LIVE_VIEW_SITE: 'https://tools.example.com:8443',
    SELENIUM_SUB_PATH: '/matre',
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
  await writeFile(join(folder, 'deploy/.env'), lines.join(''), { mode: 0o600 });

  // The plugin of newer engines is the program of older ones, with the same arguments.
  const programs = join(folder, 'bin');
  await mkdir(programs);
  await writeFile(
    join(programs, 'docker'),
    `#!/bin/sh
if [ "$1" = compose ]; then shift; exec docker-compose --project-name ${project} "$@"; fi
# Without a registry there is nothing to build from: another tag of the image that is there.
if [ "$1" = build ]; then while [ "$1" != -t ]; do shift; done; set -- tag ${image} "$2"; fi
exec "$REAL_DOCKER" "$@"
`,
  );
  await chmod(join(programs, 'docker'), 0o755);
  const { stdout: realDocker } = await promisify(execFile)('sh', ['-c', 'command -v docker']);
  const env = {
    ...passwords,
    PATH: `${programs}:${process.env['PATH']}`,
    REAL_DOCKER: realDocker.trim(),
    DOCKER_HOST: host,
  };
  const run = async (file: string, argv: string[], input = '') => {
    const running = promisify(execFile)(file, argv, { cwd: folder, env, maxBuffer: 2 ** 26 });
    running.child.stdin?.end(input);
    return (await running).stdout;
  };
  const compose = (...argv: string[]) => run('docker', ['compose', '-f', 'deploy/compose.yml', ...argv]);
  return {
    ...{ folder, data, host, image, compose },
    noCaddyReason: 'reason' in caddy ? caddy.reason : undefined,
    shell: (text, input) => run('sh', ['-euc', text], input),
    docker: (...argv) => run('docker', argv),
    matre: async (...argv) => JSON.parse(await compose('exec', '-T', 'server', 'matre', ...argv, '--json')),
    async stop() {
      // With all its volumes and containers.
      await engine.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
