import { createHash, randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { hashPieces } from './hash-pieces.ts';

it('hashes contents as if they were one', async () => {
  const large = randomBytes(3 * 1024 * 1024 + 1);
  const whole = createHash('sha256').update('head').update(large).digest('hex');
  expect(await hashPieces([Buffer.from('head'), large, Buffer.alloc(0)])).toBe(whole);
});

it('lets the event loop turn between pieces', async () => {
  const events: string[] = [];
  const turn = () => {
    events.push('turn');
    if (!events.includes('hash')) setImmediate(turn);
  };
  setImmediate(turn);
  await hashPieces([Buffer.alloc(10 * 1024 * 1024)]);
  events.push('hash');
  expect(events.indexOf('hash')).toBeGreaterThanOrEqual(9);
});
