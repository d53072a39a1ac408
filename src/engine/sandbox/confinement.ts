import { readlinkSync } from 'node:fs';
import type { Programs } from './programs.ts';

/**
 * User and group of the processes in a sandbox of root. No account of a usual system has this id: it is above the ids of
 * accounts (to 65535), and below those that Debian, Ubuntu and Fedora give to user namespaces (from 100000, see subuid(5)).
 */
export const testUser = { uid: 70_000, gid: 70_000 };

/** Whether this process is root, and so the tests need another user. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** User and group of the processes in the sandboxes that this process creates. */
export function userOfTests(): { uid: number; gid: number } {
  return isRoot() ? testUser : { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
}

/**
 * The command that enters the sandbox of a process `init`, to which the command to execute is added; `undefined` when that
 * process has ended. What it starts is confined as the sandbox's first process: an ordinary user without capabilities, who cannot
 * get any (no_new_privs, and no further user namespaces, see `openUserNamespace` and `startKeeper`). nsenter clears the
 * capabilities: by the change of the user as root, and by `execve` in the namespace of an ordinary user.
 */
export function enterSandbox(
  { setpriv, nsenter }: Programs,
  init: number,
): [string, ...string[]] | undefined {
  const users = userNamespace(init);
  if (users === undefined) return undefined;
  const hasOwnUsers = users !== userNamespace('self');
  const user = isRoot()
    ? ['-S', String(testUser.uid), '-G', String(testUser.gid)]
    : ['--preserve-credentials'];
  return [
    setpriv,
    ...['--no-new-privs', '--', nsenter, '-t', String(init)],
    ...(hasOwnUsers ? ['-U'] : []),
    ...[...user, '-m', '-p', '-i', '-u', '--'],
  ];
}

function userNamespace(process_: number | 'self'): string | undefined {
  try {
    return readlinkSync(`/proc/${process_}/ns/user`);
  } catch {
    return undefined;
  }
}
