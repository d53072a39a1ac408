import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const pages = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
  cwd: root,
})
  .toString()
  .trim()
  .split('\n');

describe('the pages of the documentation', () => {
  it.each(pages)('%s has no marker of a merge conflict', (page) => {
    const lines = readFileSync(join(root, page), 'utf8').split('\n');
    expect(lines.filter((line) => /^(<{7}|={7}$|>{7})/.test(line))).toEqual([]);
  });

  it('name files of this repository that exist, such as the test that proves a promise', () => {
    const missing = pages.flatMap((page) => {
      const names = readFileSync(join(root, page), 'utf8').matchAll(/`((?:src|test|bench)\/[\w./-]+\.\w+)`/g);
      return [...names].flatMap(([, name = '']) =>
        existsSync(join(root, name)) ? [] : [`${page}: ${name}`],
      );
    });
    expect(missing).toEqual([]);
  });
});
