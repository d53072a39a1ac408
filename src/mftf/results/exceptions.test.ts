import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readExceptions } from './exceptions.ts';

describe('readExceptions', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'matre-exceptions-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function messagesOf(...contents: (string | Uint8Array)[]) {
    const paths = await Promise.all(
      contents.map(async (content, index) => {
        const path = join(folder, `${index}.txt`);
        await writeFile(path, content);
        return path;
      }),
    );
    return readExceptions(paths);
  }

  it.each([
    [
      'PHPUnit',
      'Magento\\X\\FastFailException: No token.\nHTTP 401\n\n/var/www/a.php:12\n/b.php:3\n',
      'No token.\nHTTP 401',
    ],
    [
      'an assertion',
      'Failed asserting that true is false.\n\n/var/www/a.php:12\n',
      'Failed asserting that true is false.',
    ],
    [
      'PHPUnit with an earlier exception',
      'LogicException: second\n\n/a.php:1\n\nCaused by\nRuntimeException: first\n\n/a.php:2\n',
      'second',
    ],
    ['PHP', 'RuntimeException: bad in /var/www/a.php:9\nStack trace:\n#0 {main}', 'bad'],
    [
      'PHP with an earlier exception',
      'RuntimeException: first in /a.php:9\nStack trace:\n#0 {main}\n\nNext LogicException: second in /a.php:8\nStack trace:\n#0 {main}',
      'second',
    ],
    [
      'a message with a path',
      'Error: cannot read /var/www/a.php of the module',
      'cannot read /var/www/a.php of the module',
    ],
    ['no trace', 'TypeError: x', 'x'],
    ['control characters', 'RuntimeException: a\u0000b\u001bc\n\n/a.php:1', 'a\ufffdb\ufffdc'],
  ])('reads the message of %s', async (_, text, message) => {
    expect(await messagesOf(text)).toEqual([message]);
  });

  it('returns the first exception first: MFTF attaches the last one first', async () => {
    expect(await messagesOf('LogicException: after', 'RuntimeException: before')).toEqual([
      'before',
      'after',
    ]);
  });

  it('leaves out what is empty, no regular file or not there', async () => {
    const link = join(folder, 'link.txt');
    await symlink('/etc/hostname', link);
    expect(await readExceptions([link, join(folder, 'none.txt'), '/dev/zero'])).toEqual([]);
    expect(await messagesOf('')).toEqual([]);
  });

  it('takes no quadratic time, whatever a file has', async () => {
    // A pattern that did would need hours.
    for (const part of ['x', '\n', ' in /', '\n/', 'Error', '\nStack trace:', '\n\nNext A: ']) {
      const [message] = await messagesOf(part.repeat(60_000));
      expect(message?.length ?? 0).toBeLessThan(300_000);
    }
  });
});
