import { type Product, products } from './markets.ts';
import { message, picture, productList } from './pages.ts';
import { fillTemplate, notFound, page, type Storefront, shownPrice } from './storefront-page.ts';
import type { Answer, Routes, Visit } from './visit.ts';

/** The catalog: home, product, search. */
export function catalogRoutes(storefront: Storefront): Routes {
  const { words } = storefront.market;
  const priceOf = (product: Product) => shownPrice(storefront, product);

  const productPage = (visit: Visit, sku: string, notice = ''): Answer => {
    const product = products.find((each) => each.sku === sku);
    if (!product) return notFound(storefront, visit);
    return page(
      storefront,
      visit,
      product.name,
      `${notice}${picture(product)}<p class="price-box"><span class="price">${priceOf(product)}</span></p>
<form method="post" action="/product/${product.sku}">
<button id="product-addtocart-button" type="submit">${words.addToCart}</button></form>`,
    );
  };

  const addToCart = (visit: Visit, sku: string): Answer => {
    const product = products.find((each) => each.sku === sku);
    if (!product) return notFound(storefront, visit);
    visit.session.cart.push(sku);
    return productPage(visit, sku, message('success', fillTemplate(words.added, product.name)));
  };

  const search = (visit: Visit): Answer => {
    const term = visit.url.searchParams.get('q') ?? '';
    const matches = products.filter(({ name }) => name.toLowerCase().includes(term.toLowerCase()));
    const body = matches.length > 0 ? productList(matches, priceOf) : message('notice', words.resultsNone);
    return page(storefront, visit, fillTemplate(words.results, term), body);
  };

  return (visit) => {
    const { path, method } = visit;
    const sku = /^\/product\/([\w-]+)$/.exec(path)?.[1];
    if (path === '/') return page(storefront, visit, words.home, productList(products, priceOf));
    if (sku !== undefined) return method === 'POST' ? addToCart(visit, sku) : productPage(visit, sku);
    if (path === '/search') return search(visit);
    return undefined;
  };
}
