import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { delay } from '../../async/delay.ts';
import { Fault } from '../../faults/fault.ts';
import { readAll } from '../read-all.ts';
import { isRoot } from './confinement.ts';
import { identify, isAlive, kill } from './process.ts';
import type { Programs } from './programs.ts';
import type { KeeperRecord } from './record.ts';
import { openUserNamespace } from './user-namespace.ts';

/** Prints a line when the tree is complete, then only keeps the namespaces alive. */
const holdNamespaces = 'echo up; while sleep 3600; do :; done';
/**
 * The same for an ordinary user, whose user namespace bubblewrap creates. Only in it, and only with the capability below, the
 * keeper can forbid further user namespaces, in which a test would have all capabilities again.
 */
const forbidUserNamespaces = 'echo 0 >/proc/sys/user/max_user_namespaces';
const endMs = 10_000;

/**
 * Starts the process that holds the namespaces of a sandbox. It is a child of this process, and the kernel kills it and all
 * processes in the sandbox when this process dies (PR_SET_PDEATHSIG, and the end of the pid namespace). Errors:
 * ENGINE_UNREACHABLE when namespaces are not allowed, ENGINE_FAILED.
 */
export async function startKeeper(programs: Programs, name: string, tree: string[]): Promise<KeeperRecord> {
  const ordinary = !isRoot();
  const users = ordinary ? undefined : await openUserNamespace(programs);
  const argv = [
    ...['--unshare-pid', '--unshare-ipc', '--unshare-uts', '--die-with-parent'],
    ...(ordinary ? ['--unshare-user', '--cap-add', 'CAP_SYS_RESOURCE'] : ['--cap-drop', 'ALL']),
    ...(users ? ['--userns2', '4'] : []),
    ...['--hostname', name, '--info-fd', '3', ...tree, '--chdir', '/'],
    ...['--', 'sh', '-c', ordinary ? `${forbidUserNamespaces}; ${holdNamespaces}` : holdNamespaces],
  ];
  const child = spawn(programs.bwrap, argv, {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', ...(users ? [users.fd] : [])],
    env: { PATH: defaultPath },
    // Ctrl-C at a terminal goes to a whole process group, but the worker decides when a run ends.
    detached: true,
  });
  users?.close();
  const [, stdout, stderr, information] = child.stdio as unknown as [null, Readable, Readable, Readable];
  const infoText = readAll(information);
  // Only one that is up is asked for it.
  infoText.catch(() => {});
  // The stream is destroyed below on success.
  const errorOutput = readAll(stderr).catch(() => '');
  // Without the line when the tree cannot be built.
  const isUp = await Promise.race([
    once(stdout, 'data').then(() => true),
    once(child, 'close').then(() => false),
    once(child, 'error').then(() => false),
  ]).catch(() => false);
  if (!isUp) throw treeFault(name, await errorOutput);
  const info = JSON.parse(await infoText) as { 'child-pid': number };
  const outer = identify(child.pid ?? 0);
  const init = identify(info['child-pid']);
  if (!outer || !init) throw treeFault(name, 'it ended at once');
  // It must not keep this process alive; it ends with it.
  child.unref();
  stdout.destroy();
  stderr.destroy();
  return { bwrap: outer, init, startedAt: new Date().toISOString() };
}

/** Kills everything in a sandbox, and waits until it has ended. Errors: ENGINE_FAILED after 10 s. */
export async function endKeeper(name: string, { bwrap, init }: KeeperRecord): Promise<void> {
  kill(init);
  kill(bwrap);
  const deadline = performance.now() + endMs;
  while (isAlive(init) || isAlive(bwrap)) {
    if (performance.now() > deadline) {
      throw new Fault('ENGINE_FAILED', `The processes of the sandbox ${name} did not end within 10 s.`);
    }
    await delay(10);
  }
}

/** PATH of programs in a sandbox, unless the specification sets another. */
export const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

function treeFault(name: string, errorOutput: string): Fault {
  const text = errorOutput.trim() || 'bwrap ended without a message.';
  if (/namespace|uid map|operation not permitted/i.test(text)) {
    return new Fault(
      'ENGINE_UNREACHABLE',
      `bubblewrap cannot make namespaces here (${text}). Run matre as root, or allow user namespaces: ` +
        'kernel.unprivileged_userns_clone=1, kernel.apparmor_restrict_unprivileged_userns=0, or in a container --privileged.',
    );
  }
  return new Fault('ENGINE_FAILED', `The sandbox ${name} cannot be created: ${text}`);
}
