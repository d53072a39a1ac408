import { describe, expect, it } from 'vitest';
import type { Principal } from '../../model/access.ts';
import { createPrincipalCache } from './principal-cache.ts';

const ada: Principal = { name: 'ada', role: 'admin', via: 'password' };

describe('who a secret stands for', () => {
  it('is asked once for many at the same time, for each secret', async () => {
    const memory = createPrincipalCache({ forMs: 60_000 });
    const asked: string[] = [];
    const whoIs = (secret: string) =>
      memory.whoIs(secret, async () => {
        asked.push(secret);
        return secret === 'one' ? ada : undefined;
      });
    expect(await Promise.all([whoIs('one'), whoIs('two'), whoIs('one')])).toEqual([ada, undefined, ada]);
    expect(asked).toEqual(['one', 'two']);
    memory.forget();
    await whoIs('one');
    expect(asked).toEqual(['one', 'two', 'one']);
  });

  it('is asked again when its time is over, and after an error', async () => {
    let asked = 0;
    const memory = createPrincipalCache({ forMs: 0 });
    const count = async () => {
      asked += 1;
      return ada;
    };
    await memory.whoIs('one', count);
    await memory.whoIs('one', count);
    expect(asked).toBe(2);
    const long = createPrincipalCache({ forMs: 60_000 });
    await expect(long.whoIs('one', () => Promise.reject(new Error('away')))).rejects.toThrowError('away');
    expect(await long.whoIs('one', count)).toEqual(ada);
  });
});
