import type { Market, Product } from './markets.ts';

/** Text escaped for HTML. */
export function html(text: string): string {
  return text.replace(
    /[&<>"]/g,
    (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[character] ?? character,
  );
}

const style = `
*{box-sizing:border-box}body{margin:0;font:16px/1.5 system-ui,sans-serif;color:#1f2937;background:#fff}
header{display:flex;gap:24px;align-items:center;padding:14px 32px;background:#1f2937;color:#f3f4f6}
header a{color:inherit;text-decoration:none}.logo{font-weight:700;letter-spacing:.02em}
.environment{margin-left:auto;font-size:13px;opacity:.75}main{max-width:960px;margin:0 auto;padding:24px 32px}
h1{font-size:28px;margin:8px 0 20px}.products{display:grid;grid-template-columns:repeat(4,1fr);gap:20px;padding:0;list-style:none}
.product-item{border:1px solid #e5e7eb;border-radius:8px;padding:16px}.product-item a{color:inherit;text-decoration:none}
.picture{display:block;width:100%;height:110px;border-radius:6px;margin-bottom:10px}.price{font-weight:700}
input{padding:8px 10px;border:1px solid #bec4cc;border-radius:6px;font:inherit}label{display:block;margin:10px 0 4px}
button{padding:8px 16px;border:0;border-radius:6px;background:#1665c0;color:#fff;font:inherit;font-weight:600;cursor:pointer}
.message{padding:10px 14px;border-radius:6px;margin:0 0 16px;background:#fff3cd}.message-success{background:#dcf5e2}
.message-error{background:#fce0e0}table{border-collapse:collapse;width:100%;margin:12px 0}
td,th{padding:8px 10px;border-bottom:1px solid #e5e7eb;text-align:left}footer{padding:24px 32px;color:#6b7280;font-size:13px}`;

/** MFTF waits until jQuery has no active request; the shop has no other scripts. */
const jquery = 'window.jQuery=Object.assign(()=>({remove(){}}),{active:0})';

export interface PageFrame {
  environment: string;
  market: Market;
  cartCount: number;
  title: string;
  body: string;
  /** Seconds until the browser reloads the page. */
  refresh?: number | undefined;
}

/** A storefront page with a body. */
export function storefrontPage({ environment, market, cartCount, title, body, refresh }: PageFrame): string {
  const { words, language } = market;
  return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><title>${html(title)} - Harbour Goods</title>
<link rel="icon" href="data:,">${refresh ? `<meta http-equiv="refresh" content="${refresh}">` : ''}
<style>${style}</style><script>${jquery}</script></head><body>
<header><a class="logo" href="/">Harbour Goods</a>
<form id="search-form" action="/search"><input id="search" name="q" placeholder="${words.search}">
<button class="action search" type="submit">${words.search}</button></form>
<a class="showcart" href="/cart">${words.cart} <span class="counter-number">${cartCount}</span></a>
<span class="environment">${html(environment)}</span></header>
<main><h1 class="page-title">${html(title)}</h1>
${body}
</main>
<footer><a href="/newsletter">${words.newsletter}</a> · Harbour Goods, a sample shop</footer>
</body></html>`;
}

/** A page of the admin panel; the sign-in page has no user. */
export function adminPage({ user, title, body }: { user?: string; title: string; body: string }): string {
  const account = user ? `<span class="admin-user-account-text">${html(user)}</span>` : '';
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${html(title)} / Harbour Admin</title>
<link rel="icon" href="data:,"><style>${style}</style><script>${jquery}</script></head><body>
<header class="page-header"><a class="logo" href="/admin/admin/dashboard">Harbour Admin</a>
<a href="/admin/sales/order">Orders</a>${account}<a class="account-signout" href="/admin/admin/auth/logout">Sign out</a></header>
<main><h1 class="page-title">${html(title)}</h1>
${body}
</main></body></html>`;
}

export function picture({ colour, name }: Product): string {
  return `<svg class="picture" viewBox="0 0 120 80" role="img" aria-label="${html(name)}">
<rect width="120" height="80" fill="${colour}" opacity=".18"/><circle cx="60" cy="40" r="22" fill="${colour}"/></svg>`;
}

export function productList(list: Product[], price: (product: Product) => string): string {
  const items = list.map(
    (product) => `<li class="product-item"><a class="product-item-link" href="/product/${product.sku}">
${picture(product)}<span class="product-name">${html(product.name)}</span></a><span class="price">${price(product)}</span></li>`,
  );
  return `<ol class="products">${items.join('\n')}</ol>`;
}

export function message(kind: 'success' | 'error' | 'notice', text: string): string {
  return `<div class="message message-${kind}">${html(text)}</div>`;
}

export function table(rows: string[][], classes: { table: string; row: string }): string {
  const line = (cells: string[]) =>
    `<tr class="${classes.row}">${cells.map((cell) => `<td>${html(cell)}</td>`).join('')}</tr>`;
  return `<table class="${classes.table}">${rows.map(line).join('\n')}</table>`;
}
