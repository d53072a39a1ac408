import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { HttpProxyAgent } from 'http-proxy-agent';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { type AddressLimits, resolveAllowed } from './address-limits.ts';
import { createHttpClient, type HttpClient } from './http-client.ts';
import { type ProxyConfig, proxyFor } from './proxy.ts';

/**
 * Creates a client that reaches allowed addresses only. With a proxy, which resolves names for itself, the names that this machine
 * knows are checked here; the others are up to the proxy. Requests also reject with AddressRefused and ProxyInvalid.
 */
export function createGuardedClient({
  limits,
  proxy,
}: {
  limits: AddressLimits;
  proxy: ProxyConfig;
}): HttpClient {
  return createHttpClient({
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
}
