import { expect, it } from 'vitest';
import { formatBytes } from './bytes.ts';

it('formats sizes in the largest unit that fits, rounded down', () => {
  const sizes = [0, 1023, 1024, 88 * 1024 ** 2, 1.5 * 1024 ** 3, 5000 * 1024 ** 3, 1024 ** 3 - 1];
  expect(sizes.map(formatBytes)).toEqual([
    '0 B',
    '1023 B',
    '1 KiB',
    '88 MiB',
    '1.5 GiB',
    '5000 GiB',
    '1023 MiB',
  ]);
});
