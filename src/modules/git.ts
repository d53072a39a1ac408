import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ModuleSource } from '../config/config.ts';
import { Fault } from '../faults/fault.ts';
import { writeFileAtomically } from '../files/atomic-write.ts';
import { isMissingFile } from '../files/missing-file.ts';
import { parseRepositoryAddress } from '../model/address/repository.ts';

export type GitSource = Extract<ModuleSource, { kind: 'git' }>;

/** Runs git so that it never prompts, never runs hooks, and never shows a credential. */
export interface Git {
  /** Without credentials. */
  readonly url: string;
  /** Runs a command and returns its standard output. Errors: MODULE_CHECKOUT_FAILED with git's message, DISK_FULL. */
  run(argv: string[], options?: GitOptions): Promise<string>;
}

export interface GitOptions {
  environment?: Record<string, string>;
  /** The descriptor of a lock for git to keep, should it outlive this process. */
  lock?: number;
  /** Takes all of the output, of which `run` returns the beginning only. When it throws, git is stopped, and `run` rejects with that error. */
  onOutput?(chunk: Buffer): void;
}

/** Variables that git inherits from this process, and no others. */
const inheritedVariables = [
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'TMPDIR', 'SSH_AUTH_SOCK', 'XDG_CONFIG_HOME'],
  ...['http_proxy', 'https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY', 'no_proxy', 'NO_PROXY'],
  ...['SSL_CERT_FILE', 'SSL_CERT_DIR', 'GIT_SSL_CAINFO', 'GIT_SSL_CAPATH'],
];

/** What is read of the output of a git command: an id and the beginning of a subject. */
const maxOutputBytes = 8192;

/** Timeout of a git command. A dead connection is noticed long before, see `settingsFile` and `sshCommand`. */
const defaultLimitMs = 30 * 60_000;

/**
 * `folder` is for git's settings. Errors: CONFIG_INVALID for an invalid address, branch or key path.
 */
export async function createGit(options: {
  folder: string;
  source: GitSource;
  environment: Record<string, string | undefined>;
  signal: AbortSignal;
  /** Timeout of a command; half an hour by default. */
  limitMs?: number | undefined;
}): Promise<Git> {
  const { folder, source, signal, limitMs = defaultLimitMs } = options;
  const address = parseRepositoryAddress(source.repository);
  if (!address) throw new Fault('CONFIG_INVALID', 'The repository of the test module is not a git address.');
  const url = address.url.startsWith('/') ? `file://${encodeURI(address.url)}` : address.url;
  const credentials = credentialsOf(source, address);
  const secrets = [credentials?.password, address.username, source.password]
    .filter((secret): secret is string => secret !== undefined && secret !== '')
    .flatMap((secret) => [secret, encodeURIComponent(secret)]);

  await mkdir(folder, { recursive: true, mode: 0o700 });
  const content = settingsFile(url, address.protocol, credentials !== undefined, options.environment);
  // Named by its content, because other sources of this and other processes have other ones.
  const settings = join(
    folder,
    `gitconfig-${createHash('sha256').update(content).digest('hex').slice(0, 16)}`,
  );
  await writeFileAtomically(settings, content);

  const environment = gitEnvironment(options.environment, source, settings, credentials);

  return {
    url,
    async run(argv, { environment: extraVariables, lock, onOutput } = {}) {
      const child = spawn('git', argv, {
        env: { ...environment, ...extraVariables },
        stdio: ['ignore', 'pipe', 'pipe', lock ?? 'ignore'],
        // Its own group, so that its children (ssh, git-remote-https) end with it.
        detached: true,
      });
      let stopped = false;
      const stop = () => {
        stopped = true;
        if (child.pid) killGroup(child.pid);
      };
      // Not `AbortSignal.timeout` within `AbortSignal.any`: nothing references it, and once garbage-collected it never aborts.
      // Not `withTimeout` either: git must have ended before this returns.
      const deadline = setTimeout(stop, limitMs);
      signal.addEventListener('abort', stop);
      const output: Buffer[] = [];
      let outputBytes = 0;
      let refusal: unknown;
      child.stdout?.on('data', (chunk: Buffer) => {
        try {
          if (refusal === undefined) onOutput?.(chunk);
        } catch (error) {
          refusal = error;
          stop();
        }
        // A commit message may have any length.
        if (outputBytes < maxOutputBytes) output.push(chunk.subarray(0, maxOutputBytes - outputBytes));
        outputBytes += chunk.length;
      });
      let errorOutput = '';
      child.stderr?.setEncoding('utf8').on('data', (text) => {
        errorOutput = (errorOutput + text).slice(-8192);
      });
      try {
        if (signal.aborted) stop();
        const [code] = await once(child, 'close');
        if (refusal !== undefined) throw refusal;
        if (code === 0) return Buffer.concat(output).toString('utf8');
        throw failure(stopped ? 'git was stopped.' : errorOutput, url, secrets);
      } catch (error) {
        if (!isMissingFile(error)) throw error;
        throw new Fault('MODULE_CHECKOUT_FAILED', 'The program git is missing: install it.');
      } finally {
        clearTimeout(deadline);
        signal.removeEventListener('abort', stop);
      }
    },
  };
}

interface Credentials {
  username: string;
  password: string;
}

/** The environment of every git command. */
function gitEnvironment(
  inherited: Record<string, string | undefined>,
  source: GitSource,
  settings: string,
  credentials: Credentials | undefined,
): Record<string, string> {
  return {
    ...Object.fromEntries(
      inheritedVariables.flatMap((name) => (inherited[name] ? [[name, inherited[name]]] : [])),
    ),
    GIT_CONFIG_GLOBAL: settings,
    GIT_TERMINAL_PROMPT: '0',
    // Set and empty: git does not prompt, whatever the settings of the user are.
    GIT_ASKPASS: '',
    GIT_SSH_COMMAND: sshCommand(source),
    // Without a guess by the name of the program: `ssh` takes all its options in front of the host.
    GIT_SSH_VARIANT: 'ssh',
    GIT_LFS_SKIP_SMUDGE: '1',
    LC_ALL: 'C',
    ...(credentials && {
      MATRE_GIT_USERNAME: credentials.username,
      MATRE_GIT_PASSWORD: credentials.password,
    }),
  };
}

/** Separate settings win over the address. A name or token alone is enough for most servers. */
function credentialsOf(
  source: GitSource,
  address: { username?: string | undefined; password?: string | undefined },
): Credentials | undefined {
  const username = source.username ?? address.username;
  const password = source.password ?? address.password;
  if (username === undefined && password === undefined) return undefined;
  if (/[\n\r\0]/.test(`${username}${password}`)) {
    throw new Fault('CONFIG_INVALID', 'The user name or password of the repository has a line break.');
  }
  return { username: username ?? 'git', password: password ?? '' };
}

/**
 * git's settings. They include those of the user, so that proxies and certificates apply. Credentials come from git's environment
 * through a helper, and only for the server of the repository, wherever it redirects to.
 */
function settingsFile(
  url: string,
  protocol: string,
  withCredentials: boolean,
  environment: Record<string, string | undefined>,
): string {
  const { HOME: home, XDG_CONFIG_HOME: xdg } = environment;
  const included = home ? [join(xdg || join(home, '.config'), 'git/config'), join(home, '.gitconfig')] : [];
  const sections = [
    ...included.map((path) => ['[include]', `path = ${quote(path)}`]),
    ['[core]', 'hooksPath = /dev/null', 'fsmonitor = false', 'autocrlf = false'],
    ['[gc]', 'auto = 0'],
    ['[http]', 'lowSpeedLimit = 100', 'lowSpeedTime = 60'],
    ['[protocol]', 'allow = never'],
    [`[protocol "${protocol}"]`, 'allow = always'],
  ];
  // git refuses a local repository of another owner; an admin who sets it in matre has agreed to use it.
  if (protocol === 'file')
    sections.push([
      '[safe]',
      `directory = ${quote(fileURLToPath(url))}`,
      `directory = ${quote(`${fileURLToPath(url)}/.git`)}`,
    ]);
  if (withCredentials) {
    const helper = `!f() { test "$1" = get && printf 'username=%s\\npassword=%s\\n' "$MATRE_GIT_USERNAME" "$MATRE_GIT_PASSWORD"; }; f`;
    sections.push([`[credential ${quote(new URL(url).origin)}]`, 'helper =', `helper = ${quote(helper)}`]);
  }
  return sections
    .map(([head, ...lines]) => [head, ...lines.map((line) => `\t${line}`), ''].join('\n'))
    .join('');
}

/** For git's own settings files. */
function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** git passes this to a shell, so every value is quoted for one. */
function sshCommand({ sshKey, sshKnownHosts }: GitSource): string {
  const words = [
    'ssh',
    '-oBatchMode=yes',
    ...['-oConnectTimeout=20', '-oServerAliveInterval=15', '-oServerAliveCountMax=4'],
    ...(sshKey ? ['-i', sshKey, '-oIdentitiesOnly=yes'] : []),
    ...(sshKnownHosts ? [`-oUserKnownHostsFile="${sshKnownHosts}"`] : []),
  ];
  for (const path of [sshKey, sshKnownHosts]) {
    if (path && /["\\%\n\r\0]/.test(path)) {
      throw new Fault(
        'CONFIG_INVALID',
        'The path of an ssh file must not have quotes, backslashes, % or line breaks.',
      );
    }
  }
  return words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
}

function failure(errorOutput: string, url: string, secrets: string[]): Fault {
  const clean = secrets.reduce((text, secret) => text.replaceAll(secret, '[hidden]'), errorOutput.trim());
  const lines = clean
    .split(/[\r\n]+/)
    .filter((line) => line !== '' && !/^(remote: )?\w[\w ]*:\s+\d+%/.test(line));
  const message = `${url}: ${lines.slice(-6).join('\n') || 'git failed without a message.'}`;
  return new Fault(
    /no space left|disk quota exceeded/i.test(clean) ? 'DISK_FULL' : 'MODULE_CHECKOUT_FAILED',
    message,
  );
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has already ended.
  }
}
