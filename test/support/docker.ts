import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { get } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** A Docker Engine for tests. */
export interface TestDocker {
  /** In the form of DOCKER_HOST. */
  host: string;
  /** Ends it, gracefully or not; `start` starts it again with its images and containers, which have ended. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Settles when it answers. */
  start(): Promise<void>;
  /** Ends it for good and removes its folder. */
  stop(): Promise<void>;
}

/** Why no Docker Engine can be started here; `undefined` when one can. */
export function noDockerReason(): string | undefined {
  if (process.getuid?.() !== 0) return 'not root';
  return spawnSync('dockerd', ['--version']).status === 0 ? undefined : 'no dockerd';
}

/** The command prefix that creates a new network namespace. */
const newNamespace = ['unshare', '--net', '--'];

/**
 * Starts a Docker Engine in a folder, which must not exist. `isolated`: in its own network namespace, or that of the given
 * command, where it finds no other engine's bridge (a second engine removes `docker0` of the first, seen with 20.10);
 * its containers then have only that network. `firewall`: its rules keep networks apart from each other; only in a namespace of its own.
 */
export async function startDocker(
  folder: string,
  { isolated = false, firewall = false }: { isolated?: boolean | readonly string[]; firewall?: boolean } = {},
): Promise<TestDocker> {
  const socketPath = join(folder, 'docker.sock');
  const logPath = join(folder, 'docker.log');
  const argv = [
    // It ends with this process in any case.
    ...['setpriv', '--pdeathsig=TERM'],
    ...['dockerd', '--host', `unix://${socketPath}`, '--pidfile', join(folder, 'docker.pid')],
    ...['--data-root', join(folder, 'docker'), '--exec-root', join(folder, 'exec')],
    ...[`--iptables=${firewall}`, ...(isolated ? ['--bridge=none'] : [])],
  ];
  const within = isolated === true ? newNamespace : isolated || [];
  const [command = '', ...rest] = [...within, ...argv];
  let engine: ChildProcess | undefined;

  async function start(): Promise<void> {
    // A file: no one reads a pipe while tests run, and the engine would block when it is full.
    const log = openSync(logPath, 'a');
    const child = spawn(command, rest, { stdio: ['ignore', log, log], detached: true });
    closeSync(log);
    engine = child;
    for (let tries = 2_400; !(await responds(socketPath)); tries--) {
      if (child.exitCode !== null || tries === 0) {
        throw new Error(`dockerd does not answer:\n${readFileSync(logPath, 'utf8').slice(-2_000)}`);
      }
      await delay(100);
    }
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (!engine || engine.exitCode !== null || engine.signalCode !== null) return;
    const exit = once(engine, 'exit');
    engine.kill(signal);
    await exit;
    // Its containerd ends with it. Where no init process reaps that, the next engine takes it for alive, and waits for
    // it in vain.
    await rm(join(folder, 'exec/containerd/containerd.pid'), { force: true });
  }

  await mkdir(folder, { recursive: true });
  await start();
  return {
    host: `unix://${socketPath}`,
    end,
    start,
    async stop() {
      await end('SIGTERM');
      for (const mount of mountsBelow(folder)) spawnSync('umount', ['--lazy', mount]);
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

/** The engine leaves its network namespace mounted; a killed one also its file systems. Innermost first. */
function mountsBelow(folder: string): string[] {
  const mounts = readFileSync('/proc/mounts', 'utf8').split('\n');
  const targets = mounts.map((line) => line.split(' ')[1] ?? '');
  return targets.filter((target) => target.startsWith(`${folder}/`)).reverse();
}

function responds(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ socketPath, path: '/_ping' }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    request.on('error', () => resolve(false));
  });
}
