import { connect as connectSocket, type Socket } from 'node:net';
import { type AddressLimits, AddressRefused } from '../../http/address-limits.ts';
import { createGuardedClient } from '../../http/guarded-client.ts';
import { describeHttpError, HttpTimeout } from '../../http/http-client.ts';
import { type ProxyConfig, ProxyInvalid } from '../../http/proxy.ts';
import { type Connect, DeliveryFault, type OutgoingHttp } from '../channels/channel.ts';

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

/** Creates connections that reach allowed addresses only, see `createGuardedClient`. */
export function createOutgoing({ limits, proxy }: { limits: AddressLimits; proxy: ProxyConfig }): Outgoing {
  const client = createGuardedClient({ limits, proxy });

  return {
    http: {
      async request(url, request) {
        const { timeoutMs = defaultTimeoutMs, maxBytes = defaultMaxBytes, ...rest } = request;
        const address = parseUrl(url);
        const response = await client
          .request(url, { ...rest, timeoutMs, maxBytes, acceptsPart: true })
          .catch((error: unknown) => {
            throw request.signal?.aborted ? request.signal.reason : toDeliveryFault(error, address.host);
          });
        const { status, text, broken } = response;
        const headers = Object.fromEntries(
          Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
        );
        if (isRedirect(status)) throw redirectFault(address, headers['location']);
        return { status, headers, text, ...(broken && { broken }) };
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
  if (error instanceof AddressRefused) {
    const message = `Messages must not be sent to ${error.host}.`;
    return new DeliveryFault('CHANNEL_ADDRESS_REFUSED', message, { permanent: true, cause: error });
  }
  if (error instanceof ProxyInvalid) {
    return new DeliveryFault('CHANNEL_UNREACHABLE', error.message, { permanent: false, cause: error });
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
