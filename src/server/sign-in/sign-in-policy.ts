import type { Config } from '../../config/config.ts';
import { Fault } from '../../faults/fault.ts';
import { isLoopback } from '../../model/address/loopback.ts';

/**
 * Whether people sign in. Without being told (`auto`) they need not as long as everything says that one person works on one
 * machine: the embedded database, an address of this machine, and nothing of sign-in set. Errors: CONFIG_INVALID when it
 * should be off although others can reach the server.
 */
export function signInRequired(config: Config): boolean {
  const { signIn, store, server } = config;
  const reachable = whatMakesReachable(config);
  if (signIn.mode === 'off' && reachable !== undefined) {
    throw new Fault(
      'CONFIG_INVALID',
      `MATRE_SIGN_IN=off is for one machine alone, and with ${reachable} others can reach the server. ` +
        'Leave MATRE_SIGN_IN at auto, or MATRE_HOST at 127.0.0.1.',
    );
  }
  if (signIn.mode !== 'auto') return signIn.mode === 'on';
  const alone = store.databaseUrl === undefined && server.token === undefined && signIn.oidc === undefined;
  return reachable !== undefined || !alone;
}

/** The setting that says that the server is there for other machines too. */
function whatMakesReachable({ server: { host, publicUrl, allowedHosts } }: Config): string | undefined {
  if (!isLoopback(host)) return `MATRE_HOST=${host}`;
  if (publicUrl !== undefined && !isLoopback(new URL(publicUrl).hostname))
    return `MATRE_PUBLIC_URL=${publicUrl}`;
  if (!allowedHosts.every(isLoopback)) return `MATRE_ALLOWED_HOSTS=${allowedHosts.join(',')}`;
  return undefined;
}
