import { describe, expect, it } from 'vitest';
import type { Principal } from '../../model/access.ts';
import { createPrincipalCache } from './principal-cache.ts';

const ada: Principal = { name: 'ada', role: 'admin', via: 'password' };

describe('the principal of a secret', () => {
  it('is read once for concurrent calls with the same secret, and again after the cache was cleared', async () => {
    const cache = createPrincipalCache({ ttlMs: 60_000 });
    const reads: string[] = [];
    const find = (secret: string) =>
      cache.find(secret, async () => {
        reads.push(secret);
        return secret === 'one' ? ada : undefined;
      });
    expect(await Promise.all([find('one'), find('two'), find('one')])).toEqual([ada, undefined, ada]);
    expect(reads).toEqual(['one', 'two']);
    cache.clear();
    await find('one');
    expect(reads).toEqual(['one', 'two', 'one']);
  });

  it('is read again after its time to live, and after an error', async () => {
    let reads = 0;
    const cache = createPrincipalCache({ ttlMs: 0 });
    const read = async () => {
      reads += 1;
      return ada;
    };
    await cache.find('one', read);
    await cache.find('one', read);
    expect(reads).toBe(2);
    const longLivedCache = createPrincipalCache({ ttlMs: 60_000 });
    await expect(
      longLivedCache.find('one', () => Promise.reject(new Error('unreachable'))),
    ).rejects.toThrowError('unreachable');
    expect(await longLivedCache.find('one', read)).toEqual(ada);
  });
});
