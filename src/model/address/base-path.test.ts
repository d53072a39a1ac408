import { expect, it } from 'vitest';
import { basePathOf, withoutBasePath } from './base-path.ts';

it.each([
  [undefined, ''],
  ['https://matre.example.com', ''],
  ['https://matre.example.com/', ''],
  ['https://example.com:8443/tools/matre', '/tools/matre'],
])('the base path of %s is "%s"', (address, basePath) => {
  expect(basePathOf(address)).toBe(basePath);
});

it.each([
  ['/matre/runs/7?tab=log', '/runs/7?tab=log'],
  ['/matre', '/'],
  ['/matre/', '/'],
  ['/matre?status=failed', '/?status=failed'],
  ['/runs/7', '/runs/7'],
  ['/', '/'],
  ['/matres/runs', '/matres/runs'],
])('%s is %s without the base path /matre', (url, rest) => {
  expect(withoutBasePath(url, '/matre')).toBe(rest);
  expect(withoutBasePath(url, '')).toBe(url);
});
