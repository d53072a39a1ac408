import { Fault } from '../faults/fault.ts';
import { isLoopback } from '../model/address/loopback.ts';
import type { Config } from './config.ts';

/**
 * Whether sign-in is required. With `auto` it is not while the settings are those of one user on one machine: the embedded database,
 * an address of this machine, and no setting of sign-in. Errors: CONFIG_INVALID when it is off although other machines can reach the
 * server.
 */
export function signInRequired(config: Config): boolean {
  const { signIn, store, server } = config;
  const exposingSetting = findExposingSetting(config);
  if (signIn.mode === 'off' && exposingSetting !== undefined) {
    throw new Fault(
      'CONFIG_INVALID',
      `MATRE_SIGN_IN=off is only for a server that no other machine can reach, but ${exposingSetting} exposes it. ` +
        'Set MATRE_SIGN_IN to auto, or MATRE_HOST to 127.0.0.1.',
    );
  }
  if (signIn.mode !== 'auto') return signIn.mode === 'on';
  const singleUser =
    store.databaseUrl === undefined && server.token === undefined && signIn.oidc === undefined;
  return exposingSetting !== undefined || !singleUser;
}

/** The setting by which other machines can reach the server, if any. */
function findExposingSetting({ server: { host, publicUrl, allowedHosts } }: Config): string | undefined {
  if (!isLoopback(host)) return `MATRE_HOST=${host}`;
  if (publicUrl !== undefined && !isLoopback(new URL(publicUrl).hostname))
    return `MATRE_PUBLIC_URL=${publicUrl}`;
  if (!allowedHosts.every(isLoopback)) return `MATRE_ALLOWED_HOSTS=${allowedHosts.join(',')}`;
  return undefined;
}
