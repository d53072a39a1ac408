import type { Market, Product, ShopFault } from './markets.ts';
import { storefrontPage } from './pages.ts';
import type { Answer, ShopState, Visit } from './visit.ts';

/** What the pages of a storefront are made from. */
export interface Storefront {
  state: ShopState;
  market: Market;
  faults: readonly ShopFault[];
}

/** A page in the frame of the storefront. `refresh`: seconds until the browser reloads it. */
export function page(
  { state, market }: Storefront,
  visit: Visit,
  title: string,
  body: string,
  more: { status?: number; refresh?: number } = {},
): Answer {
  const frame = { environment: state.environment, market, cartCount: visit.session.cart.length };
  const { status = 200, refresh } = more;
  return { kind: 'page', html: storefrontPage({ ...frame, title, body, refresh }), status };
}

export function notFound(storefront: Storefront, visit: Visit): Answer {
  const { words } = storefront.market;
  return page(storefront, visit, words.notFound, '<p><a href="/">Harbour Goods</a></p>', { status: 404 });
}

/** The price that catalog pages show. With the fault `double-tax` it is not the price in the cart. */
export function shownPrice({ market, faults }: Storefront, { cents }: Product): string {
  return market.price(faults.includes('double-tax') ? Math.round(cents * 1.21) : cents);
}

/** A text of a market with its placeholder filled in. */
export const fillTemplate = (template: string, value: string): string => template.replace('{}', value);
