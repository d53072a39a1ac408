import { expect, it } from 'vitest';
import { firstLines, reuseObstacle } from './browser-reuse.ts';

const values = (changes: Record<string, string> = {}) =>
  Object.entries({
    MAGENTO_BASE_URL: 'https://shop.example.com/',
    SELENIUM_PROTOCOL: 'http',
    SELENIUM_HOST: 'grid',
    SELENIUM_PORT: '4444',
    SELENIUM_PATH: '/wd/hub',
    ...changes,
  }).map(([name, value]) => ({ name, value, secret: false }));

it('keeps browsers of Chrome', () => {
  expect(reuseObstacle({ values: values() }, { isChrome: true })).toBeUndefined();
});

it.each([
  ['another browser', {}, false, 'Only Chrome can be cleared.'],
  [
    'a shop with HTTP authentication',
    { MAGENTO_BASE_URL: 'https://user:pass@shop.example.com/' },
    true,
    /^The shop asks/,
  ],
  ['a Selenium with a user', { SELENIUM_HOST: 'user:pass@grid' }, true, /^The address of Selenium/],
  ['no Selenium', { SELENIUM_PORT: 'none' }, true, /^The address of Selenium/],
])('keeps none with %s', (_title, changes, isChrome, obstacle) => {
  expect(reuseObstacle({ values: values(changes) }, { isChrome })).toMatch(obstacle);
});

it.each([
  ['one line without an end', Buffer.alloc(1_000_000, 'a'), []],
  ['a million lines', Buffer.from('a\n'.repeat(1_000_000)), Array(1_000).fill('a')],
  ['letters of several bytes', Buffer.from('größer ✓\n'), ['größer ✓']],
  ['a long line', Buffer.from(`${'a'.repeat(5_000)}\n`), ['a'.repeat(1_000)]],
])('takes from %s what the log of a run can have', (_what, output, expected) => {
  for (const size of [7, 65_536]) {
    const lines: string[] = [];
    const read = firstLines((line) => lines.push(line));
    for (let start = 0; start < Math.min(output.length, size * 10_000); start += size) {
      read(output.subarray(start, start + size));
    }
    expect(lines).toEqual(expected);
  }
});
