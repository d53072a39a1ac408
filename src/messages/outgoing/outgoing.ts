import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { connect as connectSocket, type Socket } from 'node:net';
import { HttpProxyAgent } from 'http-proxy-agent';
import { HttpsProxyAgent } from 'https-proxy-agent';
import type { ProxyConfig } from '../../config/config.ts';
import { isFault } from '../../faults/fault.ts';
import { createHttpClient, describeHttpError, HttpTimeout } from '../../http/http-client.ts';
import { type Connect, DeliveryFault, type OutgoingHttp } from '../channels/channel.ts';
import { type AddressLimits, resolveAllowed } from './address-limits.ts';
import { proxyFor } from './proxy.ts';

/** Long enough for a service under load, and short enough that a channel which is away does not keep a sender busy. */
const defaultTimeoutMs = 15_000;
/** Answers are a few words, or the JSON of a message. */
const defaultMaxBytes = 256 * 1024;

/** Connections to services outside, which the channels use. */
export interface Outgoing {
  http: OutgoingHttp;
  connect: Connect;
  /** Ends all requests. */
  close(): void;
}

/**
 * Creates connections that reach allowed addresses only. With a proxy, which resolves names for itself, the names that this machine
 * knows are checked here; the others are up to the proxy.
 */
export function createOutgoing({ limits, proxy }: { limits: AddressLimits; proxy: ProxyConfig }): Outgoing {
  const client = createHttpClient({
    async agentFor(address, signal) {
      limits.checkHost(address.hostname);
      const via = proxyFor(address, proxy);
      if (via === undefined) {
        const options = { lookup: limits.lookup };
        return address.protocol === 'https:'
          ? new HttpsAgent({ ...options, rejectUnauthorized: true })
          : new HttpAgent(options);
      }
      await resolveAllowed(limits, address.hostname, signal);
      // `signal` is an option of sockets, which ends one that the agent is still opening.
      return address.protocol === 'https:'
        ? new HttpsProxyAgent(via, { signal } as object)
        : new HttpProxyAgent(via, { signal } as object);
    },
  });

  return {
    http: {
      async request(url, request) {
        const { timeoutMs = defaultTimeoutMs, maxBytes = defaultMaxBytes, ...rest } = request;
        const address = parseUrl(url);
        const response = await client
          .request(url, { ...rest, timeoutMs, maxBytes })
          .catch((error: unknown) => {
            throw request.signal?.aborted ? request.signal.reason : toDeliveryFault(error, address.host);
          });
        const { status, text } = response;
        const headers = Object.fromEntries(
          Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
        );
        if (isRedirect(status)) throw redirectFault(address, headers['location']);
        return { status, headers, text };
      },
    },
    connect: (host, port, options) => connect(limits, host, port, options),
    close: () => client.close(),
  };
}

function parseUrl(url: string): URL {
  const address = URL.canParse(url) ? new URL(url) : undefined;
  if (address !== undefined && /^https?:$/.test(address.protocol)) return address;
  // The address may be secret.
  const message = 'The address of the channel is not an http:// or https:// address.';
  throw new DeliveryFault('CHANNEL_TARGET_UNKNOWN', message, { permanent: true });
}

/** Opens a TCP connection to an allowed address. Errors: a DeliveryFault with CHANNEL_UNREACHABLE or CHANNEL_ADDRESS_REFUSED. */
async function connect(
  limits: AddressLimits,
  host: string,
  port: number,
  { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal },
): Promise<Socket> {
  const name = `${host}:${port}`;
  try {
    signal.throwIfAborted();
    limits.checkHost(host);
    const socket = connectSocket({ host, port, lookup: limits.lookup });
    const fail = (error: unknown) => socket.destroy(error as Error);
    const onAbort = () => fail(signal.reason);
    const timer = setTimeout(() => fail(new HttpTimeout(`timed out after ${timeoutMs / 1000} s`)), timeoutMs);
    signal.addEventListener('abort', onAbort);
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('connect', resolve);
        socket.once('error', reject);
      });
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    }
    // A connection that breaks before its user listens is no uncaught error.
    socket.on('error', () => {});
    return socket;
  } catch (error) {
    throw signal.aborted ? signal.reason : toDeliveryFault(error, name);
  }
}

/** Never with more of the address than its host, because the rest may be secret. */
function toDeliveryFault(error: unknown, host: string): DeliveryFault {
  if (isFault(error, 'CHANNEL_ADDRESS_REFUSED', 'CHANNEL_UNREACHABLE')) {
    const permanent = error.code === 'CHANNEL_ADDRESS_REFUSED';
    return new DeliveryFault(error.code, error.message, { permanent, cause: error });
  }
  const message = `${host} does not answer: ${describeHttpError(error)}.`;
  return new DeliveryFault('CHANNEL_UNREACHABLE', message, { permanent: false, cause: error });
}

const isRedirect = (status: number) => [301, 302, 303, 307, 308].includes(status);

function redirectFault(address: URL, location: string | undefined): DeliveryFault {
  const target =
    location !== undefined && URL.canParse(location, address.href) ? new URL(location, address).host : '';
  const where = target === '' || target === address.host ? 'another address' : target;
  return new DeliveryFault(
    'CHANNEL_TARGET_UNKNOWN',
    `${address.host} redirects to ${where}, and redirects are not followed.`,
    { permanent: true },
  );
}
