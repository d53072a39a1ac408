import type { LookupAddress, LookupOptions, lookup } from 'node:dns';
import { describe, expect, it } from 'vitest';
import { createAddressLimits } from './address-limits.ts';

/** A resolver that gives one answer after the other. */
function resolverOf(...answers: string[][]): typeof lookup {
  const fake = (
    _host: string,
    _options: LookupOptions,
    callback: (error: null, addresses: LookupAddress[]) => void,
  ) => {
    const addresses = answers.shift() ?? [];
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  return fake as unknown as typeof lookup;
}

const resolveWith = (allowed: string[], ...addresses: string[]) =>
  new Promise((resolve) => {
    const limits = createAddressLimits(allowed, { resolve: resolverOf(addresses) });
    limits.lookup('example.com', { all: true }, (error, usable) =>
      resolve(error === null ? (usable as LookupAddress[]).map(({ address }) => address) : error),
    );
  });

describe('the limits of addresses', () => {
  it.each([
    [['public', 'private'], '93.184.216.34', true],
    [['public', 'private'], '10.0.0.1', true],
    [['public', 'private'], '127.0.0.1', false],
    [['public', 'private'], '169.254.169.254', false],
    [['public', 'private'], '0.0.0.0', false],
    [['public'], '10.0.0.1', false],
    [['public'], 'fd00::1', false],
    [['10.1.0.0/16'], '10.1.2.3', true],
    [['10.1.0.0/16'], '::ffff:10.1.2.3', true],
    [['10.1.0.0/16'], '10.2.0.1', false],
    [['10.1.0.0/16'], '93.184.216.34', false],
    [['127.0.0.1'], '127.0.0.1', true],
    [['127.0.0.1'], '127.0.0.2', false],
    [['::1'], '::1', true],
    [['fd00:ec2::254'], 'fd00:ec2::254', true],
    [['0.0.0.0/0'], '127.0.0.1', true],
    [['0.0.0.0/0'], '::1', false],
    [['public', 'private'], 'example.com', false],
  ] as const)('%j: whether %s is allowed is %s', (allowed, address, expected) => {
    expect(createAddressLimits(allowed).allows(address)).toBe(expected);
  });

  it.each([
    '127.0.0.1',
    '[::1]',
    '[::ffff:7f00:1]',
    'localhost',
    'LOCALHOST.',
    'x.localhost',
    'metadata.google.internal',
  ])('refuse the host %s before it is resolved', (host) => {
    const { checkHost } = createAddressLimits(['public', 'private']);
    expect(() => checkHost(host)).toThrowError(expect.objectContaining({ name: 'AddressRefused' }));
  });

  it('leave a name to the resolver, and localhost where loopback is allowed', () => {
    createAddressLimits(['public']).checkHost('localhost.example.com');
    createAddressLimits(['127.0.0.0/8']).checkHost('localhost');
  });

  it('resolve a name to its allowed addresses only', async () => {
    const both = ['public', 'private'];
    expect(await resolveWith(both, '127.0.0.1', '93.184.216.34', '::1')).toEqual(['93.184.216.34']);
    const refused = { name: 'AddressRefused', host: 'example.com' };
    expect(await resolveWith(both, '127.0.0.1', '::1')).toMatchObject(refused);
    expect(await resolveWith(['public'], '10.0.0.1')).toMatchObject(refused);
  });

  it('check every resolution, so a name that changes its address is refused', async () => {
    const resolve = resolverOf(['93.184.216.34'], ['127.0.0.1']);
    const { lookup } = createAddressLimits(['public'], { resolve });
    const first = await new Promise((done) =>
      lookup('example.com', { family: 4 }, (...answer) => done(answer)),
    );
    expect(first).toEqual([null, '93.184.216.34', 4]);
    const second = await new Promise((done) => lookup('example.com', {}, (error) => done(error)));
    expect(second).toMatchObject({ name: 'AddressRefused' });
  });
});
