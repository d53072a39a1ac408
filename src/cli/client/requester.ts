import { userInfo } from 'node:os';

/** The requester of runs, `cli:<login>`; with the id of the user when it has no name, as in some containers. */
export function requester(env: NodeJS.ProcessEnv): string {
  return `cli:${env['USER'] || loginName()}`;
}

function loginName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'unknown');
  }
}
