import { userInfo } from 'node:os';

/** Who asks, as `cli:<login>`. A container may run under a user that has no name. */
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
