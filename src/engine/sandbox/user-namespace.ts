import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { testUser } from './confinement.ts';
import type { Programs } from './programs.ts';

/** An open user namespace; it exists as long as `fd` is open or a process is in it. */
export interface UserNamespace {
  fd: number;
  close(): void;
}

/** The root of the namespace is this user of the machine. No test can become it: it only forbids further namespaces. */
const namespaceRoot = testUser.uid + 1;
const forbid = 'echo 0 >/proc/sys/user/max_user_namespaces';

/**
 * A user namespace for a sandbox of root, in which root of the machine has no id, and which can have no further user namespaces:
 * in one of its own a process would have all capabilities, and reach much more of the kernel. `undefined` where the machine
 * has no user namespaces; then the tests cannot create one either.
 */
export async function openUserNamespace({ unshare, nsenter }: Programs): Promise<UserNamespace | undefined> {
  const holder = spawn(unshare, ['--user', '--', 'cat'], { stdio: ['pipe', 'pipe', 'ignore'] });
  holder.stdin.on('error', () => {});
  try {
    if (!(await answers(holder))) return undefined;
    const folder = `/proc/${holder.pid}`;
    for (const [name, id] of [
      ['uid_map', testUser.uid],
      ['gid_map', testUser.gid],
    ] as const) {
      writeFileSync(`${folder}/${name}`, `0 ${namespaceRoot} 1\n${id} ${id} 1\n`);
    }
    const fd = openSync(`${folder}/ns/user`, 'r');
    const enter = ['-t', String(holder.pid), '-U', '-S', '0', '-G', '0', '--', 'sh', '-c', forbid];
    const [code] = await once(spawn(nsenter, enter, { stdio: 'ignore' }), 'close');
    if (code === 0) return { fd, close: () => closeSync(fd) };
    closeSync(fd);
    return undefined;
  } catch {
    // A machine, or the container that matre is in, may allow none.
    return undefined;
  } finally {
    holder.stdin.end();
  }
}

/** True when the process echoes a line, so it runs in its namespace; false when it ended. */
async function answers(holder: ChildProcess): Promise<boolean> {
  const ended = Promise.race([once(holder, 'close'), once(holder, 'error')]).then(() => false);
  const echoed = holder.stdout ? once(holder.stdout, 'data').then(() => true) : ended;
  holder.stdin?.write('\n');
  return Promise.race([echoed, ended]).catch(() => false);
}
