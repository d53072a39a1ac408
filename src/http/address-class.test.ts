import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AddressClass, classOfAddress } from './address-class.ts';

describe('the class of an address', () => {
  it.each<[string, AddressClass]>([
    ['93.184.216.34', 'public'],
    ['2606:4700::1111', 'public'],
    ['172.15.255.255', 'public'],
    ['172.16.0.0', 'private'],
    ['172.32.0.0', 'public'],
    ['192.168.0.1', 'private'],
    ['100.64.0.1', 'private'],
    ['fd12:3456::1', 'private'],
    ['127.0.0.1', 'local'],
    ['127.255.255.254', 'local'],
    ['::1', 'local'],
    ['169.254.169.254', 'local'],
    ['fe80::1', 'local'],
    ['fe80::1%eth0', 'local'],
    ['fd00:ec2::254', 'local'],
    ['fd00:0ec2:0:0::0254', 'local'],
    ['100.100.100.200', 'local'],
    ['168.63.129.16', 'local'],
    ['::ffff:127.0.0.1', 'local'],
    ['::ffff:7f00:1', 'local'],
    ['::ffff:a9fe:a9fe', 'local'],
    ['::ffff:10.0.0.1', 'private'],
    ['::127.0.0.1', 'local'],
    ['64:ff9b::7f00:1', 'local'],
    ['2002:7f00:1::', 'local'],
    ['64:ff9b::808:808', 'public'],
    ['0.0.0.0', 'special'],
    ['0.1.2.3', 'special'],
    ['::', 'special'],
    ['224.0.0.1', 'special'],
    ['255.255.255.255', 'special'],
    ['240.0.0.1', 'special'],
    ['192.0.2.1', 'special'],
    ['2001:db8::1', 'special'],
    ['ff02::1', 'special'],
    ['2001::1', 'special'],
  ])('of %s is %s', (address, expected) => {
    expect(classOfAddress(address)).toBe(expected);
  });

  it.each(['', 'localhost', 'example.com', '1.2.3', '0x7f.1', '127.1', '1.2.3.4.5', '[::1', ':::'])(
    'does not exist for %j, which is no address',
    (text) => expect(classOfAddress(text)).toBeUndefined(),
  );

  const octets = fc.tuple(
    // Half of them in the networks that matter.
    fc.oneof(fc.nat(255), fc.constantFrom(0, 10, 100, 127, 169, 172, 192, 224)),
    fc.oneof(fc.nat(255), fc.constantFrom(0, 64, 100, 168, 254)),
    fc.oneof(fc.nat(255), fc.constantFrom(0, 100, 129, 169)),
    fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 16, 192, 200, 254)),
  );
  const dotted = ([a, b, c, d]: number[]) => `${a}.${b}.${c}.${d}`;

  it('is the same for every form of an IPv4 address that a URL can have', () => {
    const radixes = fc.tuple(...[0, 1, 2, 3].map(() => fc.constantFrom('decimal', 'octal', 'hex')));
    fc.assert(
      fc.property(octets, radixes, fc.integer({ min: 1, max: 4 }), (bytes, forms, parts) => {
        // The last part of an address with fewer parts holds the rest of it: 127.1 is 127.0.0.1.
        const numbers = [
          ...bytes.slice(0, parts - 1),
          bytes.slice(parts - 1).reduce((all, byte) => all * 256 + byte, 0),
        ];
        const text = numbers.map((number, at) => {
          if (forms[at] === 'hex') return `0x${number.toString(16)}`;
          return forms[at] === 'octal' ? `0${number.toString(8)}` : String(number);
        });
        const { hostname } = new URL(`http://${text.join('.')}/`);
        expect(classOfAddress(hostname)).toBe(classOfAddress(dotted(bytes)));
      }),
      { numRuns: 2_000 },
    );
  });

  it('is that of the IPv4 address which an IPv6 address leads to', () => {
    const prefixes = ['::ffff:', '::', '64:ff9b::', '64:ff9b:1::', '::ffff:0:'];
    fc.assert(
      fc.property(octets, fc.constantFrom(...prefixes), (bytes, prefix) => {
        // Of ::/96, :: and ::1 are addresses of IPv6.
        fc.pre(prefix !== '::' || bytes.slice(0, 3).some((byte) => byte > 0) || bytes[3] > 1);
        const { hostname } = new URL(`http://[${prefix}${dotted(bytes)}]/`);
        expect(classOfAddress(hostname)).toBe(classOfAddress(dotted(bytes)));
      }),
      { numRuns: 2_000 },
    );
  });

  it('is local or special for every address of this machine and its links', () => {
    const local = fc.oneof(
      octets.map(([, b, c, d]) => dotted([127, b, c, d])),
      octets.map(([, , c, d]) => dotted([169, 254, c, d])),
      octets.map(([, b, c, d]) => dotted([0, b, c, d])),
      fc.ipV6().map((text) => `fe80::${text.replace(/^.*:/, '').replaceAll('.', '').slice(0, 4) || '1'}`),
    );
    fc.assert(fc.property(local, (text) => ['local', 'special'].includes(classOfAddress(text) ?? '')));
  });
});
