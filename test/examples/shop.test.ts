import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Shop, sampleAdmin, startShop } from '../../src/demo/shop/shop.ts';

/** A browser session with cookies. */
function openSession(shop: Shop) {
  let cookie = '';
  return async (path: string, form?: Record<string, string>) => {
    const response = await fetch(new URL(path, shop.url), {
      headers: { cookie },
      ...(form ? { method: 'POST', body: new URLSearchParams(form) } : {}),
    });
    cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? cookie;
    return { status: response.status, html: await response.text() };
  };
}

describe.each(['preprod-us', 'preprod-es', 'stage-es'])('the sample shop on %s', (environment) => {
  let shop: Shop;
  beforeEach(async () => {
    shop = await startShop({ environment, port: 0, latencyMs: 0 });
  });
  afterEach(() => shop.close());

  it('shows, finds and sells products', async () => {
    const open = openSession(shop);
    expect((await open('')).html.match(/class="product-item"/g)).toHaveLength(4);
    expect((await open('search?q=mug')).html).toContain('Enamel Mug');
    await open('product/enamel-mug', {});
    expect((await open('cart')).html).toContain('class="cart-item"');
    const payment = await open('checkout/payment', { email: 'a@example.com' });
    expect(payment.html.includes('id="place-order"')).toBe(environment !== 'preprod-es');
    const placed = await open('checkout/order', { email: 'a@example.com' });
    expect(placed.html).toContain('http-equiv="refresh"');
    expect((await open('nope')).status).toBe(404);
  });

  it('has the price of its market, except where the fault is planted', async () => {
    const { html } = await openSession(shop)('product/enamel-mug');
    const price = /class="price">([^<]*)/.exec(html)?.[1];
    const expected = { 'preprod-us': '$12.00', 'preprod-es': '12,00 €', 'stage-es': '14,52 €' };
    expect(price).toBe(expected[environment as keyof typeof expected]);
  });

  it('lets only administrators sign in', async () => {
    const open = openSession(shop);
    const wrong = { 'login[username]': 'admin', 'login[password]': 'wrong' };
    expect((await open('admin/admin', wrong)).html).toContain('message-error');
    expect((await open('admin/sales/order')).html).toContain('id="username"');
    const right = { ...wrong, 'login[password]': sampleAdmin.password };
    expect((await open('admin/admin', right)).html).toContain('dashboard-totals');
    expect((await open('admin/sales/order')).html).toContain('first@example.com');
  });

  it('answers the REST calls of MFTF', async () => {
    const call = (path: string, init?: RequestInit) => fetch(new URL(path, shop.url), init);
    expect((await call('rest/V1/modules')).status).toBe(401);
    const body = JSON.stringify(sampleAdmin);
    const token = await (await call('rest/V1/integration/admin/token', { method: 'POST', body })).json();
    const headers = { authorization: `Bearer ${token}` };
    expect(await (await call('rest/V1/modules', { headers })).json()).toContain('TestModule');
    const order = JSON.stringify({ order: { email: 'a@example.com', total: '1.00' } });
    const creation = await call('rest/V1/harbour/orders', { method: 'POST', headers, body: order });
    const { id } = (await creation.json()) as { id: number };
    const deletion = await call(`rest/V1/harbour/orders/${id}`, { method: 'DELETE', headers });
    expect(await deletion.json()).toBe(true);
  });
});
