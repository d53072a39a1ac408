import { expect, it } from 'vitest';
import { hardened } from './harden-page.ts';

const page = (extra: string) => `<!DOCTYPE html><html><head><title>x</title></head><body>
<script src="app.js"></script><script>window.allure = {};</script>${extra}</body></html>`;

it('removes the scripts that count users, and adds a policy that allows no other host', () => {
  const counting = `<script async src="https://www.googletagmanager.com/gtag/js?id=G-1"></script>
<script>
window.dataLayer = []; function gtag(){dataLayer.push(arguments);} gtag('config', 'G-1');
</script>`;
  const html = hardened(page(counting));
  expect(html).not.toMatch(/gtag|https:/);
  expect(html).toContain('<script src="app.js"></script><script>window.allure = {};</script>');
  expect(html).toContain(
    `<head><meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self'`,
  );
});

it.each([
  '<script src="//cdn.example.com/x.js"></script>',
  '<link rel="stylesheet" href="https://cdn.example.com/x.css">',
  `<script>load('https://www.googletagmanager.com/x')</script>`,
])('refuses a page with %s', (extra) => {
  expect(() => hardened(page(extra))).toThrow(/another host/);
});
