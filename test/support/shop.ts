import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from './redis.ts';
import { waitFor } from './wait-for.ts';

export interface TestShop {
  pid: number;
  /** Its address in the same network. */
  url: string;
  /** The command prefix that runs a command in the same network; empty when that is ours. */
  commandPrefix: string[];
  stop(): Promise<void>;
}

const script = join(import.meta.dirname, 'shop.mjs');

/**
 * A shop that answers, and does nothing else. `isolated`: in its own network namespace, on port 80 of all its addresses;
 * it lives as long as the shop. The shop ends with this process.
 */
export async function startShop({ isolated = false }: { isolated?: boolean } = {}): Promise<TestShop> {
  const place = isolated ? ['80'] : [String(await freePort()), '127.0.0.1'];
  const argv = ['setpriv', '--pdeathsig=TERM', process.execPath, script, ...place];
  const [command = '', ...rest] = isolated ? ['unshare', '--net', '--', ...argv] : argv;
  const child = spawn(command, rest, { stdio: 'ignore' });
  const commandPrefix = isolated ? ['nsenter', `--net=/proc/${child.pid}/ns/net`, '--'] : [];
  if (isolated) {
    const ours = await readlink('/proc/self/ns/net');
    await waitFor(async () => (await readlink(`/proc/${child.pid}/ns/net`)) !== ours);
    execFileSync('nsenter', [...commandPrefix.slice(1), 'ip', 'link', 'set', 'lo', 'up']);
  }
  return {
    pid: child.pid ?? 0,
    url: isolated ? 'http://127.0.0.1/' : `http://127.0.0.1:${place[0]}/`,
    commandPrefix,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await exit;
    },
  };
}
