import { type Market, type Product, products, type ShopFault } from './markets.ts';
import { html, message, picture, productList, storefrontPage, table } from './pages.ts';
import type { Answer, Routes, ShopState, Visit } from './visit.ts';

/** How long an order is processed, in milliseconds; the page after it reloads until then. */
const processingMs = 1200;
const coupons: Record<string, number> = { HARBOUR10: 0.1 };

const fillTemplate = (template: string, value: string) => template.replace('{}', value);

/** The storefront: home, search, product, cart, checkout, newsletter. */
export function storefrontRoutes(state: ShopState, market: Market, faults: ShopFault[]): Routes {
  const { words, price } = market;
  const shownPrice = ({ cents }: Product) =>
    price(faults.includes('double-tax') ? Math.round(cents * 1.21) : cents);

  const page = (
    visit: Visit,
    title: string,
    body: string,
    more: { status?: number; refresh?: number } = {},
  ) => {
    const frame = { environment: state.environment, market, cartCount: visit.session.cart.length };
    const { status = 200, refresh } = more;
    return {
      kind: 'page',
      html: storefrontPage({ ...frame, title, body, refresh }),
      status,
    } satisfies Answer;
  };

  const productPage = (visit: Visit, sku: string, notice = '') => {
    const product = products.find((each) => each.sku === sku);
    if (!product) return notFound(visit);
    return page(
      visit,
      product.name,
      `${notice}${picture(product)}<p class="price-box"><span class="price">${shownPrice(product)}</span></p>
<form method="post" action="/product/${product.sku}">
<button id="product-addtocart-button" type="submit">${words.addToCart}</button></form>`,
    );
  };

  const addToCart = (visit: Visit, sku: string) => {
    const product = products.find((each) => each.sku === sku);
    if (!product) return notFound(visit);
    visit.session.cart.push(sku);
    return productPage(visit, sku, message('success', fillTemplate(words.added, product.name)));
  };

  const search = (visit: Visit) => {
    const term = visit.url.searchParams.get('q') ?? '';
    const matches = products.filter(({ name }) => name.toLowerCase().includes(term.toLowerCase()));
    const body = matches.length > 0 ? productList(matches, shownPrice) : message('notice', words.resultsNone);
    return page(visit, fillTemplate(words.results, term), body);
  };

  const cartLines = (visit: Visit) => {
    const items = visit.session.cart.flatMap((sku) => products.find((each) => each.sku === sku) ?? []);
    const sum = items.reduce((total, { cents }) => total + cents, 0);
    const total = Math.round(sum * (1 - (coupons[visit.session.coupon ?? ''] ?? 0)));
    return { items, total: price(total) };
  };

  const cart = (visit: Visit, notice = '') => {
    const { items, total } = cartLines(visit);
    if (items.length === 0) {
      return page(visit, words.cart, `${notice}<p class="cart-empty">${words.cartEmpty}</p>`);
    }
    const rows = items.map((item) => [item.name, price(item.cents)]);
    return page(
      visit,
      words.cart,
      `${notice}${table(rows, { table: 'cart-items', row: 'cart-item' })}
<p class="cart-total">${words.total} <span class="price">${total}</span></p>
<form method="post" action="/cart/coupon"><label for="coupon">${words.coupon}</label>
<input id="coupon" name="coupon"> <button class="action apply" type="submit">${words.apply}</button></form>
<p><a class="action checkout" href="/checkout">${words.checkout}</a></p>`,
    );
  };

  const applyCoupon = (visit: Visit) => {
    const code = visit.form.get('coupon') ?? '';
    if (coupons[code] === undefined)
      return cart(visit, message('error', fillTemplate(words.couponInvalid, code)));
    visit.session.coupon = code;
    return cart(visit, message('success', fillTemplate(words.couponApplied, code)));
  };

  const shippingPage = (visit: Visit) => {
    if (visit.session.cart.length === 0) return cart(visit);
    return page(
      visit,
      words.shipping,
      `<form method="post" action="/checkout/payment">
<label for="email">${words.email}</label><input id="email" name="email" type="email">
<label for="street">${words.street}</label><input id="street" name="street">
<p class="shipping-method">Flat Rate, ${price(500)}</p>
<button class="action continue" type="submit">${words.payment}</button></form>`,
    );
  };

  const payment = (visit: Visit) => {
    const email = visit.form.get('email') ?? '';
    const button = faults.includes('no-place-order')
      ? ''
      : `<button id="place-order" type="submit">${words.placeOrder}</button>`;
    return page(
      visit,
      words.payment,
      `<p class="billing-email">${html(email)}</p>
<p class="cart-total">${words.total} <span class="price">${cartLines(visit).total}</span></p>
<form method="post" action="/checkout/order"><input type="hidden" name="email" value="${html(email)}">
${button}</form>`,
    );
  };

  const placeOrder = (visit: Visit): Answer => {
    const id = Math.max(0, ...state.orders.map((order) => order.id)) + 1;
    const email = visit.form.get('email') ?? '';
    state.orders.push({ id, email, total: cartLines(visit).total, readyAt: Date.now() + processingMs });
    visit.session.cart = [];
    visit.session.coupon = undefined;
    return { kind: 'redirect', to: `/checkout/order/${id}` };
  };

  const orderPage = (visit: Visit, id: number) => {
    const order = state.orders.find((one) => one.id === id);
    if (!order) return notFound(visit);
    if (order.readyAt > Date.now()) {
      return page(visit, words.processing, '<p class="order-processing">…</p>', { refresh: 1 });
    }
    return page(visit, words.thanks, `<p class="order-number">#${String(id).padStart(9, '0')}</p>`);
  };

  const newsletter = (visit: Visit) => {
    const email = visit.form.get('email');
    const notice = email ? message('success', fillTemplate(words.subscribed, email)) : '';
    return page(
      visit,
      words.newsletter,
      `${notice}<form method="post" action="/newsletter"><label for="newsletter">${words.email}</label>
<input id="newsletter" name="email" type="email">
<button class="action subscribe" type="submit">${words.subscribe}</button></form>`,
    );
  };

  const notFound = (visit: Visit) =>
    page(visit, words.notFound, '<p><a href="/">Harbour Goods</a></p>', { status: 404 });

  return (visit) => {
    const { path, method } = visit;
    const isPost = method === 'POST';
    const sku = /^\/product\/([\w-]+)$/.exec(path)?.[1];
    const orderId = /^\/checkout\/order\/(\d+)$/.exec(path)?.[1];
    if (path === '/') return page(visit, words.home, productList(products, shownPrice));
    if (sku !== undefined) return isPost ? addToCart(visit, sku) : productPage(visit, sku);
    if (path === '/search') return search(visit);
    if (path === '/cart/coupon' && isPost) return applyCoupon(visit);
    if (path === '/cart') return cart(visit);
    if (path === '/checkout') return shippingPage(visit);
    if (path === '/checkout/payment' && isPost) return payment(visit);
    if (path === '/checkout/order' && isPost) return placeOrder(visit);
    if (orderId !== undefined) return orderPage(visit, Number(orderId));
    if (path === '/newsletter') return newsletter(visit);
    return notFound(visit);
  };
}
