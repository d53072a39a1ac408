import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { untilAborted } from '../async/until-aborted.ts';
import { classOfAddress, parseAddress } from './address-class.ts';

/** The error for an address that the limits do not allow. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused';
  readonly host: string;

  constructor(host: string) {
    super(`${host} is not an allowed address`);
    this.host = host;
  }
}

/** Decides which addresses requests may reach. */
export interface AddressLimits {
  /** Whether an IP address is allowed. False for a text that is none. */
  allows(address: string): boolean;
  /**
   * Checks the host of an address before its name is resolved: an IP address, or a name that always means this machine or the metadata
   * of a cloud. Errors: AddressRefused.
   */
  checkHost(host: string): void;
  /**
   * Resolves names for `net.connect`, to allowed addresses only. The connection uses what was checked, so a name that resolves to
   * another address a moment later gains nothing. Errors: AddressRefused, and those of the resolver.
   */
  lookup: LookupFunction;
}

/** Names that a proxy would resolve for itself. */
const localName = /(?:^|\.)(?:localhost|metadata\.google\.internal|instance-data\.ec2\.internal)\.?$/i;

/**
 * Creates limits. `allowed` are the classes `public` and `private`, addresses and networks. Addresses of this machine, its links, and the
 * metadata of clouds are allowed only by a network that contains them; `resolve` is for tests.
 */
export function createAddressLimits(
  allowed: readonly string[],
  { resolve = lookup }: { resolve?: typeof lookup } = {},
): AddressLimits {
  const networks = allowed.filter((entry) => entry !== 'public' && entry !== 'private').map(parseNetwork);

  function allows(text: string): boolean {
    const address = parseAddress(text);
    const addressClass = classOfAddress(text);
    if (address === undefined || addressClass === undefined) return false;
    return (
      allowed.includes(addressClass) ||
      networks.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits))
    );
  }

  function checkHost(host: string): void {
    if (parseAddress(host) !== undefined) {
      if (!allows(host)) throw new AddressRefused(host);
    } else if (localName.test(host) && !allows('127.0.0.1')) throw new AddressRefused(host);
  }

  return {
    allows,
    checkHost,
    lookup(host, options, callback) {
      resolve(host, { ...options, all: true }, (error, addresses) => {
        if (error) return callback(error, '');
        const usable = addresses.filter(({ address }) => allows(address));
        const [first] = usable;
        if (first === undefined) return callback(new AddressRefused(host), '');
        if (options.all) callback(null, usable);
        else callback(null, first.address, first.family);
      });
    },
  };
}

/**
 * Resolves a name that a proxy will resolve again. A name that is not known here is left to the proxy. Errors: AddressRefused;
 * the reason of `signal`.
 */
export function resolveAllowed(limits: AddressLimits, host: string, signal: AbortSignal): Promise<void> {
  const resolved = new Promise<void>((resolve, reject) => {
    limits.lookup(host, { all: true }, (error) =>
      error instanceof AddressRefused ? reject(error) : resolve(),
    );
  });
  return untilAborted(resolved, signal);
}

function parseNetwork(text: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  const [address = '', bits] = text.split('/');
  const network = ipaddr.parse(address);
  return [network, bits === undefined ? (network.kind() === 'ipv4' ? 32 : 128) : Number(bits)];
}
