import { Readable } from 'node:stream';
import { brotliCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { Engine } from '../../engine/engine.ts';
import { createLayout } from '../container/layout.ts';
import { restoreMissing } from './snapshot-archive.ts';

test.each([
  ['is no archive', Buffer.from('damaged')],
  ['is cut', brotliCompressSync(Buffer.alloc(10_000, 'x')).subarray(0, 5)],
])('a snapshot that %s rejects the restoring of files, once', async (_what, archive) => {
  const exec = async () => ({
    stdout: Readable.from([Buffer.from('missing')]),
    stderr: Readable.from([]),
    ended: Promise.resolve({ kind: 'exited', code: 0 }),
  });
  const place = {
    engine: { exec } as unknown as Engine,
    containerId: 'x',
    layout: createLayout('/var/www/html'),
  };
  // A second rejection that nothing handles would end this process.
  await expect(restoreMissing(place, [archive], [{ name: 'OneTest' }] as never)).rejects.toThrow();
});
