import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { freePort } from './redis.ts';
import { waitFor } from './wait-for.ts';

export interface TestRepository {
  /** A work tree with a `.git`. */
  folder: string;
  git(...argv: string[]): string;
  /** Writes files (`undefined` removes one), commits, and returns the id of the commit. */
  commit(files: Record<string, string | undefined>, message?: string): string;
}

/** Without the git settings of this machine and its user. */
const gitEnvironment = {
  PATH: process.env.PATH,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Tester',
  GIT_AUTHOR_EMAIL: 'tester@example.test',
  GIT_COMMITTER_NAME: 'Tester',
  GIT_COMMITTER_EMAIL: 'tester@example.test',
};

export function createRepository(folder: string, format: 'sha1' | 'sha256' = 'sha1'): TestRepository {
  const git = (...argv: string[]) =>
    execFileSync('git', argv, {
      cwd: folder,
      encoding: 'utf8',
      env: gitEnvironment,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  mkdirSync(folder, { recursive: true });
  git('init', '--quiet', '--initial-branch=main', `--object-format=${format}`);
  return {
    folder,
    git,
    commit(files, message = 'Change') {
      for (const [name, content] of Object.entries(files)) {
        const path = join(folder, name);
        if (content === undefined) git('rm', '--quiet', name);
        else {
          mkdirSync(dirname(path), { recursive: true });
          writeFileSync(path, content);
        }
      }
      git('add', '--all');
      git('commit', '--quiet', '--allow-empty', '-m', message);
      return git('rev-parse', 'HEAD').trim();
    },
  };
}

export interface GitServer {
  /** The URL of a repository below the served root. */
  url(name: string): string;
  /** The number of fetches: requests for a pack, one for each fetch or clone with new commits. */
  packs(): number;
  /** The number of ref advertisements: one for each fetch or clone. */
  advertisements(): number;
  /** From now on requests for a pack wait. */
  pause(): void;
  release(): void;
  stop(): Promise<void>;
}

/** Serves all repositories below `root` with `git http-backend`, over TLS with a certificate. */
export async function serveHttp(
  root: string,
  options: { username?: string; password?: string; tls?: { key: string; certificate: string } } = {},
): Promise<GitServer> {
  let packs = 0;
  let advertisements = 0;
  let gate = Promise.resolve();
  let release = () => {};
  const expected = `Basic ${Buffer.from(`${options.username}:${options.password}`).toString('base64')}`;

  const answer: RequestListener = async (request, response) => {
    const address = new URL(request.url ?? '', 'http://localhost');
    if (options.password !== undefined && request.headers.authorization !== expected) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
      return;
    }
    if (address.pathname.endsWith('/info/refs')) advertisements += 1;
    const body: Buffer[] = [];
    for await (const chunk of request) body.push(chunk);
    const isPackRequest =
      address.pathname.endsWith('/git-upload-pack') && !Buffer.concat(body).includes('ls-refs');
    if (isPackRequest) {
      packs += 1;
      await gate;
    }
    const backend = spawn('git', ['http-backend'], {
      env: {
        ...gitEnvironment,
        GIT_CONFIG_COUNT: '1',
        GIT_CONFIG_KEY_0: 'safe.directory',
        GIT_CONFIG_VALUE_0: '*',
        GIT_PROJECT_ROOT: root,
        GIT_HTTP_EXPORT_ALL: '1',
        PATH_INFO: decodeURIComponent(address.pathname),
        QUERY_STRING: address.search.slice(1),
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
        GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    backend.stdin.on('error', () => {});
    backend.stdin.end(Buffer.concat(body));
    const output: Buffer[] = [];
    for await (const chunk of backend.stdout) output.push(chunk);
    const all = Buffer.concat(output);
    const end = all.indexOf('\r\n\r\n');
    const headers = all.subarray(0, end).toString().split('\r\n');
    const status = /^Status: (\d+)/m.exec(headers.join('\n'))?.[1];
    response.statusCode = Number(status ?? 200);
    for (const header of headers) {
      const [name = '', ...value] = header.split(': ');
      if (name !== 'Status') response.setHeader(name, value.join(': '));
    }
    response.end(all.subarray(end + 4));
  };

  const { tls } = options;
  const server = tls
    ? createHttpsServer({ key: tls.key, cert: tls.certificate }, answer)
    : createHttpServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: (name) => `${tls ? 'https' : 'http'}://127.0.0.1:${port}/${name}`,
    packs: () => packs,
    advertisements: () => advertisements,
    pause() {
      const { promise, resolve } = withResolvers();
      gate = promise;
      release = resolve;
    },
    release: () => release(),
    async stop() {
      release();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

/** A key and certificate for 127.0.0.1. */
export function createCertificate(folder: string): {
  key: string;
  certificate: string;
  certificatePath: string;
} {
  const [keyPath, certificatePath] = [join(folder, 'tls.key'), join(folder, 'tls.crt')];
  const request = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    '2',
  ];
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  execFileSync('openssl', [...request, ...subject, '-keyout', keyPath, '-out', certificatePath], {
    stdio: 'ignore',
  });
  return {
    key: readFileSync(keyPath, 'utf8'),
    certificate: readFileSync(certificatePath, 'utf8'),
    certificatePath,
  };
}

/** The path of sshd; `undefined` when it is not installed. It must be called by its absolute path. */
export const sshdPath: string | undefined = ['/usr/sbin/sshd', '/usr/bin/sshd'].find(
  (path) => spawnSync(path, ['-V'], { stdio: 'ignore' }).error === undefined,
);

export interface SshServer {
  url(path: string): string;
  /** The private key that it accepts. */
  keyPath: string;
  knownHostsPath: string;
  stop(): Promise<void>;
}

/** An sshd on a free port, for the user that runs the tests. */
export async function serveSsh(folder: string): Promise<SshServer> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = (name: string) => join(folder, name);
  for (const name of ['host', 'user']) {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path(name)]);
  }
  const port = await freePort();
  writeFileSync(path('authorized'), readFileSync(path('user.pub')));
  writeFileSync(path('known'), `[127.0.0.1]:${port} ${readFileSync(path('host.pub'), 'utf8')}`);
  const settings = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${path('host')}`,
    `AuthorizedKeysFile ${path('authorized')}`,
    `PidFile ${path('pid')}`,
    'StrictModes no',
    'UsePAM no',
    'PermitRootLogin yes',
    'PasswordAuthentication no',
  ];
  writeFileSync(path('config'), settings.join('\n'));
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true });
  chmodSync(folder, 0o700);
  const server: ChildProcess = spawn(sshdPath ?? 'sshd', ['-D', '-e', '-f', path('config')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errorOutput = '';
  server.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errorOutput += text;
  });
  await waitFor(() => errorOutput.includes('Server listening') || server.exitCode !== null);
  if (server.exitCode !== null) throw new Error(`sshd does not start: ${errorOutput}`);
  return {
    url: (repository) => `ssh://${userInfo().username}@127.0.0.1:${port}${repository}`,
    keyPath: path('user'),
    knownHostsPath: path('known'),
    async stop() {
      const exit = once(server, 'exit');
      server.kill();
      await exit;
    },
  };
}
