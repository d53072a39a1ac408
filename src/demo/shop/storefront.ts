import { cartRoutes } from './cart.ts';
import { catalogRoutes } from './catalog.ts';
import { checkoutRoutes } from './checkout.ts';
import type { Market, ShopFault } from './markets.ts';
import { message } from './pages.ts';
import { priceListRoutes } from './price-list.ts';
import { fillTemplate, notFound, page, type Storefront } from './storefront-page.ts';
import type { Answer, Routes, ShopState, Visit } from './visit.ts';

/** The storefront: catalog, cart, checkout, newsletter. Every other path is not found. */
export function storefrontRoutes(state: ShopState, market: Market, faults: ShopFault[]): Routes {
  const storefront = { state, market, faults };
  const parts = [
    catalogRoutes(storefront),
    cartRoutes(storefront),
    checkoutRoutes(storefront),
    priceListRoutes(storefront),
  ];
  return (visit) => {
    for (const routes of parts) {
      const answer = routes(visit);
      if (answer) return answer;
    }
    if (visit.path === '/magento_version') return { kind: 'page', html: 'Magento/2.4 (Community)' };
    return visit.path === '/newsletter' ? newsletter(storefront, visit) : notFound(storefront, visit);
  };
}

function newsletter(storefront: Storefront, visit: Visit): Answer {
  const { words } = storefront.market;
  const email = visit.form.get('email');
  const notice = email ? message('success', fillTemplate(words.subscribed, email)) : '';
  return page(
    storefront,
    visit,
    words.newsletter,
    `${notice}<form method="post" action="/newsletter"><label for="newsletter">${words.email}</label>
<input id="newsletter" name="email" type="email">
<button class="action subscribe" type="submit">${words.subscribe}</button></form>`,
  );
}
