import { type Product, products } from './markets.ts';
import { message, table } from './pages.ts';
import { fillTemplate, page, type Storefront } from './storefront-page.ts';
import type { Answer, Routes, Visit } from './visit.ts';

const coupons: Record<string, number> = { HARBOUR10: 0.1 };

/** The cart and its coupon. */
export function cartRoutes(storefront: Storefront): Routes {
  const { words } = storefront.market;

  const applyCoupon = (visit: Visit): Answer => {
    const code = visit.form.get('coupon') ?? '';
    if (coupons[code] === undefined) {
      return cartPage(storefront, visit, message('error', fillTemplate(words.couponInvalid, code)));
    }
    visit.session.coupon = code;
    return cartPage(storefront, visit, message('success', fillTemplate(words.couponApplied, code)));
  };

  return (visit) => {
    if (visit.path === '/cart/coupon' && visit.method === 'POST') return applyCoupon(visit);
    if (visit.path === '/cart') return cartPage(storefront, visit);
    return undefined;
  };
}

/** The page of the cart, below a notice. */
export function cartPage(storefront: Storefront, visit: Visit, notice = ''): Answer {
  const { words, price } = storefront.market;
  const { items, total } = readCart(storefront, visit);
  if (items.length === 0) {
    return page(storefront, visit, words.cart, `${notice}<p class="cart-empty">${words.cartEmpty}</p>`);
  }
  const rows = items.map((item) => [item.name, price(item.cents)]);
  return page(
    storefront,
    visit,
    words.cart,
    `${notice}${table(rows, { table: 'cart-items', row: 'cart-item' })}
<p class="cart-total">${words.total} <span class="price">${total}</span></p>
<form method="post" action="/cart/coupon"><label for="coupon">${words.coupon}</label>
<input id="coupon" name="coupon"> <button class="action apply" type="submit">${words.apply}</button></form>
<p><a class="action checkout" href="/checkout">${words.checkout}</a></p>`,
  );
}

/** The products in the cart of a visitor, and their price with the coupon. */
export function readCart({ market }: Storefront, { session }: Visit): { items: Product[]; total: string } {
  const items = session.cart.flatMap((sku) => products.find((each) => each.sku === sku) ?? []);
  const sum = items.reduce((total, { cents }) => total + cents, 0);
  const total = Math.round(sum * (1 - (coupons[session.coupon ?? ''] ?? 0)));
  return { items, total: market.price(total) };
}
