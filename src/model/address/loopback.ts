import { isIP } from 'node:net';

/** Whether a host name or address is this machine itself, for sure. An IPv6 address may have its brackets. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase();
  return bare === 'localhost' || bare === '::1' || (isIP(bare) === 4 && bare.startsWith('127.'));
}
