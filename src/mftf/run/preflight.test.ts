import { describe, expect, it } from 'vitest';
import { withoutJquery } from './preflight.ts';

describe('the front page of a shop', () => {
  const page = (head: string) => ({
    status: 200,
    body: `<!doctype html><html><head>${head}</head><body></body></html>\n`,
  });

  it('has no jQuery when it is whole, and mentions neither jQuery nor RequireJS', () => {
    expect(withoutJquery(page('<script src="/hyva.js"></script>'))).toBe(true);
  });

  it.each([
    '<script src="/static/version1/frontend/Magento/luma/en_US/requirejs/require.js"></script>',
    '<script>window.jQuery={active:0}</script>',
    '<script type="text/x-magento-init">{}</script><script src="/static/_cache/merged/1.js"></script>',
  ])('may have jQuery with %s', (head) => {
    expect(withoutJquery(page(head))).toBe(false);
  });

  it('is not judged when it is cut, another answer or missing', () => {
    const { body } = page('');
    expect(withoutJquery({ status: 200, body: body.slice(0, -20) })).toBe(false);
    expect(withoutJquery({ status: 200, body: `${' '.repeat(260_000)}${body}` })).toBe(false);
    expect(withoutJquery({ status: 302, body })).toBe(false);
    expect(withoutJquery(undefined)).toBe(false);
  });
});
