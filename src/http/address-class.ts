import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/**
 * Which addresses a request may reach is decided by their class:
 * - `public`: everything on the internet;
 * - `private`: RFC 1918, RFC 6598 (carrier-grade NAT) and fc00::/7, where a company has its own servers;
 * - `local`: this machine, its links, and the metadata of clouds, which hand out credentials to every caller;
 * - `special`: no single host: unspecified, multicast, reserved, documentation, tunnels.
 */
export type AddressClass = 'public' | 'private' | 'local' | 'special';

/** Besides 169.254.0.0/16 and fe80::/10: addresses under which clouds serve metadata and credentials. */
const metadata = new Set([
  // AWS, with and without EKS Pod Identity.
  'fd00:ec2::254',
  'fd00:ec2::23',
  // Google Cloud.
  'fd20:ce::254',
  // Alibaba Cloud, in the range of carrier-grade NAT.
  '100.100.100.200',
  // Azure, in a public range.
  '168.63.129.16',
  // Oracle Cloud, in a reserved range.
  '192.0.0.192',
]);

const classOfRange: Record<string, AddressClass> = {
  unicast: 'public',
  // Anycast of RFC 7534 and 7450, which are on the internet.
  as112: 'public',
  as112v6: 'public',
  private: 'private',
  carrierGradeNat: 'private',
  uniqueLocal: 'private',
  deprecatedSiteLocal: 'private',
  loopback: 'local',
  linkLocal: 'local',
};

/** The class of an IP address as `dns.lookup` returns it, or as the host of a URL; `undefined` when the text is no address. */
export function classOfAddress(text: string): AddressClass | undefined {
  const address = parseAddress(text);
  return address && classOf(address);
}

/** An IP address without brackets and zone. IPv4 in four decimal numbers only: `URL` has converted other forms. */
export function parseAddress(text: string): Address | undefined {
  const bare = text.replace(/^\[(.*)\]$/, '$1').replace(/%.*$/, '');
  if (!ipaddr.IPv4.isValidFourPartDecimal(bare) && !ipaddr.IPv6.isValid(bare)) return undefined;
  // An IPv4-mapped address reaches the IPv4 address in it.
  return ipaddr.process(bare);
}

function classOf(address: Address): AddressClass {
  const text = address instanceof ipaddr.IPv6 ? address.toRFC5952String() : address.toString();
  if (metadata.has(text)) return 'local';
  const range = address.range();
  const embedded = address instanceof ipaddr.IPv6 ? embeddedIn(address, range) : undefined;
  return embedded === undefined ? (classOfRange[range] ?? 'special') : classOf(embedded);
}

/** The IPv4 address to which a gateway translates an IPv6 address: of NAT64 (RFC 6052), SIIT (RFC 6145), 6to4 (RFC 3056), or ::/96. */
function embeddedIn(address: ipaddr.IPv6, range: string): ipaddr.IPv4 | undefined {
  const bytes = address.toByteArray();
  const isCompatible = range === 'unicast' && bytes.slice(0, 12).every((byte) => byte === 0);
  if (range === '6to4') return new ipaddr.IPv4(bytes.slice(2, 6));
  if (range === 'rfc6052' || range === 'rfc6145' || isCompatible) return new ipaddr.IPv4(bytes.slice(12));
  return undefined;
}
