import ipaddr from 'ipaddr.js';
import { parseAddress } from './address-class.ts';

/** The outgoing proxy, as other programs have it in HTTPS_PROXY, HTTP_PROXY and NO_PROXY. May contain credentials. */
export interface ProxyConfig {
  https: string | undefined;
  http: string | undefined;
  /** Hosts without a proxy, separated by commas. */
  exceptions: string;
}

/** The error for a proxy that is no address; its message names the variable. */
export class ProxyInvalid extends Error {
  override readonly name = 'ProxyInvalid';
}

/** The proxy for an address; `undefined` when it is reached directly. Errors: ProxyInvalid. */
export function proxyFor(address: URL, proxy: ProxyConfig): URL | undefined {
  const text = address.protocol === 'https:' ? proxy.https : proxy.http;
  if (text === undefined || isException(address, proxy.exceptions)) return undefined;
  // curl and others take a host and port, too.
  const full = text.includes('://') ? text : `http://${text}`;
  if (!URL.canParse(full) || !/^https?:$/.test(new URL(full).protocol)) {
    const name = address.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
    throw new ProxyInvalid(`${name} must be an http:// or https:// address.`);
  }
  return new URL(full);
}

/** Whether a list in the form of NO_PROXY has the host of an address: `example.com, .local, 10.0.0.0/8, host:8080, *`. */
function isException(address: URL, list: string): boolean {
  const host = address.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  const port = address.port || (address.protocol === 'https:' ? '443' : '80');
  return list
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*') return true;
      // A colon may be one of an IPv6 address.
      const [, name = entry, entryPort] = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(entry) ?? [];
      if (entryPort !== undefined && entryPort !== port) return false;
      return matches(host, name.replace(/^\[|\]$/g, '').toLowerCase());
    });
}

function matches(host: string, entry: string): boolean {
  const ip = parseAddress(host);
  if (ip === undefined) {
    const domain = entry.replace(/^\*?\./, '');
    return host === domain || host.endsWith(`.${domain}`);
  }
  if (!ipaddr.isValidCIDR(entry)) return parseAddress(entry)?.toString() === ip.toString();
  const [network, bits] = ipaddr.parseCIDR(entry);
  return network.kind() === ip.kind() && ip.match(network, bits);
}
