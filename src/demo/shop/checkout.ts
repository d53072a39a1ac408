import { cartPage, readCart } from './cart.ts';
import { html } from './pages.ts';
import { notFound, page, type Storefront } from './storefront-page.ts';
import type { Answer, Routes, Visit } from './visit.ts';

/** How long an order is processed, in milliseconds. Its page reloads every second until then, so tests have something to wait for. */
const processingMs = 1200;

/** The checkout: shipping, payment, order. */
export function checkoutRoutes(storefront: Storefront): Routes {
  const { state, market, faults } = storefront;
  const { words, price } = market;

  const shippingPage = (visit: Visit): Answer => {
    if (visit.session.cart.length === 0) return cartPage(storefront, visit);
    return page(
      storefront,
      visit,
      words.shipping,
      `<form method="post" action="/checkout/payment">
<label for="email">${words.email}</label><input id="email" name="email" type="email">
<label for="street">${words.street}</label><input id="street" name="street">
<p class="shipping-method">Flat Rate, ${price(500)}</p>
<button class="action continue" type="submit">${words.payment}</button></form>`,
    );
  };

  const paymentPage = (visit: Visit): Answer => {
    const email = visit.form.get('email') ?? '';
    const button = faults.includes('no-place-order')
      ? ''
      : `<button id="place-order" type="submit">${words.placeOrder}</button>`;
    return page(
      storefront,
      visit,
      words.payment,
      `<p class="billing-email">${html(email)}</p>
<p class="cart-total">${words.total} <span class="price">${readCart(storefront, visit).total}</span></p>
<form method="post" action="/checkout/order"><input type="hidden" name="email" value="${html(email)}">
${button}</form>`,
    );
  };

  const placeOrder = (visit: Visit): Answer => {
    const id = Math.max(0, ...state.orders.map((order) => order.id)) + 1;
    const email = visit.form.get('email') ?? '';
    const { total } = readCart(storefront, visit);
    state.orders.push({ id, email, total, readyAt: Date.now() + processingMs });
    visit.session.cart = [];
    visit.session.coupon = undefined;
    return { kind: 'redirect', to: `/checkout/order/${id}` };
  };

  const orderPage = (visit: Visit, id: number): Answer => {
    const order = state.orders.find((one) => one.id === id);
    if (!order) return notFound(storefront, visit);
    if (order.readyAt > Date.now()) {
      return page(storefront, visit, words.processing, '<p class="order-processing">…</p>', { refresh: 1 });
    }
    const number = String(id).padStart(9, '0');
    return page(storefront, visit, words.thanks, `<p class="order-number">#${number}</p>`);
  };

  return (visit) => {
    const { path, method } = visit;
    const orderId = /^\/checkout\/order\/(\d+)$/.exec(path)?.[1];
    if (path === '/checkout') return shippingPage(visit);
    if (path === '/checkout/payment' && method === 'POST') return paymentPage(visit);
    if (path === '/checkout/order' && method === 'POST') return placeOrder(visit);
    if (orderId !== undefined) return orderPage(visit, Number(orderId));
    return undefined;
  };
}
