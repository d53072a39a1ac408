import { isIP } from 'node:net';

/**
 * When the certificate that a server shows to this host ends; `undefined` when it shows none within `timeoutMs`. Whether it is valid
 * does not matter: one that has ended is an answer.
 */
export async function certificateEndFromHost(
  baseUrl: string,
  { timeoutMs }: { timeoutMs: number },
): Promise<Date | undefined> {
  const { hostname, port } = new URL(baseUrl);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  // Loaded on demand, as in the HTTP client.
  const { connect } = await import('node:tls');
  return new Promise((resolve) => {
    const socket = connect({
      host,
      port: port === '' ? 443 : Number(port),
      rejectUnauthorized: false,
      // An address is no server name.
      ...(isIP(host) === 0 && { servername: host }),
    });
    const settle = (end: Date | undefined) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(end);
    };
    const timer = setTimeout(() => settle(undefined), timeoutMs);
    socket.once('error', () => settle(undefined));
    socket.once('close', () => settle(undefined));
    socket.once('secureConnect', () => {
      const ms = Date.parse(socket.getPeerCertificate().valid_to ?? '');
      settle(Number.isNaN(ms) ? undefined : new Date(ms));
    });
  });
}
