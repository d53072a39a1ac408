import { expect, test } from 'vitest';
import { parseMounts } from './health.ts';

test('parses the mounts of the kernel', () => {
  const mounts = parseMounts(
    [
      '730 729 0:53 / / rw,relatime master:1 - overlay overlay rw,lowerdir=/a',
      '760 730 0:60 / /var/www/my\\040shop/_generated rw,nosuid - tmpfs tmpfs rw,size=4096k',
      '761 730 254:0 /srv/modules//deleted /matre/modules ro,relatime - ext4 /dev/vda rw',
      '762 730 254:0 /srv/other /matre/run ro,relatime - ext4 /dev/vda rw',
      '763 762 0:61 / /matre/run rw,relatime - tmpfs tmpfs rw',
      '',
    ].join('\n'),
  );
  expect(Object.fromEntries(mounts)).toEqual({
    '/': { type: 'overlay', deleted: false },
    '/var/www/my shop/_generated': { type: 'tmpfs', deleted: false },
    '/matre/modules': { type: 'ext4', deleted: true },
    '/matre/run': { type: 'tmpfs', deleted: false },
  });
});
