import { html, message } from './pages.ts';
import { page, type Storefront } from './storefront-page.ts';
import type { Answer, Visit } from './visit.ts';

/**
 * A list of prices that a browser downloads and that can be uploaded: `/prices` has the form, `/prices.csv` is the file. Its content
 * names the environment and the query of its address.
 */
export function priceListRoutes(storefront: Storefront): (visit: Visit) => Answer | undefined {
  return (visit) => {
    if (visit.path === '/prices.csv') {
      const content = `environment,${storefront.state.environment}\nquery,${visit.url.search.slice(1)}\n`;
      return { kind: 'file', name: 'prices.csv', type: 'text/csv', content };
    }
    if (visit.path !== '/prices') return undefined;
    const upload = visit.method === 'POST' ? uploadOf(visit.body) : undefined;
    const notice = upload
      ? `${message('success', `Uploaded: ${upload.name}`)}<pre class="content">${html(upload.content)}</pre>`
      : '';
    return page(
      storefront,
      visit,
      'Prices',
      `${notice}<a class="price-list" href="/prices.csv${html(visit.url.search)}">Download</a>
<form method="post" action="/prices" enctype="multipart/form-data">
<input id="file" name="file" type="file"><button class="action upload" type="submit">Upload</button></form>`,
    );
  };
}

/** The first file of a multipart form. */
function uploadOf(body: string): { name: string; content: string } | undefined {
  const head = body.indexOf('filename="');
  if (head < 0) return undefined;
  const name = body.slice(head + 'filename="'.length, body.indexOf('"', head + 'filename="'.length));
  const start = body.indexOf('\r\n\r\n', head) + 4;
  return { name, content: body.slice(start, body.indexOf('\r\n--', start)) };
}
