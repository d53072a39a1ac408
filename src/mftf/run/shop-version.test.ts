import { expect, it } from 'vitest';
import { shopVersionOf, versionAddress } from './shop-version.ts';

it('is asked for below the base URL, with its credentials', () => {
  expect(versionAddress('https://me:pass@shop.test/us/')).toBe(
    'https://me:pass@shop.test/us/magento_version',
  );
});

it('has the version of the shop and the time of its deployment, as far as the shop says them', () => {
  const page = '<link href="https://shop.test/static/version1764400000/frontend/Magento/luma/en_US/a.css">';
  const answer = 'Magento/2.4 (Community)\n';
  expect(shopVersionOf({ page, answer })).toBe('Magento/2.4 (Community), deployed 1764400000');
  expect(shopVersionOf({ page, answer: '<html>404' })).toBe('deployed 1764400000');
  expect(shopVersionOf({ page: 'a shop', answer })).toBe('Magento/2.4 (Community)');
  expect(shopVersionOf({ page: undefined, answer: undefined })).toBeUndefined();
});
