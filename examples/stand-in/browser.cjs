// The stand-in's browser: pages over HTTP, cookies, links, forms, and pages that refresh themselves. No scripts.
const { readFileSync } = require('node:fs');
const { basename } = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { descendants, isVisible, parseHtml, textOf } = require('./dom.cjs');
const { splitAddress } = require('./request.cjs');
const { find, SelectorError } = require('./selector.cjs');

/**
 * Thrown by a step when the browser cannot execute it. Allure reports the test as broken, except for `ElementNotFound`.
 */
class BrowserError extends Error {
  constructor(type, message) {
    super(message);
    this.type = type;
  }
}

const webDriver = (name) => `Facebook\\WebDriver\\Exception\\${name}`;
const network = {
  ECONNREFUSED: 'ERR_CONNECTION_REFUSED',
  ENOTFOUND: 'ERR_NAME_NOT_RESOLVED',
  ECONNRESET: 'ERR_CONNECTION_RESET',
};

/** `download(url, name, content)` is called for an answer that a browser does not show but saves. */
function createBrowser(address, download = async () => undefined) {
  // Like a browser, it sends the credentials of the first address to all pages of its host, and shows them nowhere.
  const { url: baseUrl, headers: credentials } = splitAddress(address);
  const cookies = new Map();
  const history = [];
  let page = { url: 'about:blank', html: '<html></html>', document: parseHtml(''), loadedAt: 0 };

  const load = async (address, init = {}) => {
    let url = new URL(address, page.url === 'about:blank' ? baseUrl : page.url);
    let request = init;
    for (let redirects = 0; redirects < 10; redirects += 1) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      let response;
      try {
        response = await fetch(url, {
          ...request,
          redirect: 'manual',
          headers: { ...request.headers, ...(url.origin === baseUrl.origin ? credentials : {}), cookie },
        });
      } catch (error) {
        const reason = network[error.cause?.code] ?? 'ERR_FAILED';
        throw new BrowserError(webDriver('UnknownErrorException'), `unknown error: net::${reason}`);
      }
      for (const line of response.headers.getSetCookie()) {
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        if (/max-age=0/i.test(line)) cookies.delete(name);
        else cookies.set(name, value);
      }
      const attached = /^attachment\b.*?filename="([^"/]+)"/i.exec(
        response.headers.get('content-disposition') ?? '',
      );
      if (attached) return download(url.href, attached[1], Buffer.from(await response.arrayBuffer()));
      const html = await response.text();
      const location = response.headers.get('location');
      if (location && response.status >= 300 && response.status < 400) {
        url = new URL(location, url);
        request = {};
        continue;
      }
      page = { url: url.href, html, document: parseHtml(html), loadedAt: Date.now() };
      return;
    }
    throw new BrowserError(webDriver('UnknownErrorException'), 'unknown error: net::ERR_TOO_MANY_REDIRECTS');
  };

  const open = async (address, init) => {
    if (page.url !== 'about:blank') history.push(page.url);
    await load(address, init);
  };

  /** Follows `<meta http-equiv=refresh>` after its seconds. */
  const refreshIfDue = async () => {
    const meta = find(page.document, 'meta[http-equiv=refresh]')[0];
    const [, seconds, url] = /^\s*(\d+)\s*(?:;\s*url=(.*))?$/i.exec(meta?.attributes.content ?? '') ?? [];
    if (seconds !== undefined && Date.now() - page.loadedAt >= Number(seconds) * 1000)
      await load(url || page.url);
  };

  const all = (selector) => {
    try {
      return find(page.document, selector);
    } catch (error) {
      if (!(error instanceof SelectorError)) throw error;
      throw new BrowserError(webDriver('InvalidSelectorException'), error.message);
    }
  };
  const visible = (selector) => all(selector).filter(isVisible);

  const one = (selector) => {
    const found = visible(selector)[0] ?? all(selector)[0];
    if (!found) {
      const message = `Element by name, label, CSS or XPath element with '${selector}' was not found.`;
      throw new BrowserError('Codeception\\Exception\\ElementNotFound', message);
    }
    return found;
  };

  const clickable = (selector) => {
    try {
      const found = find(page.document, selector).filter(isVisible)[0];
      if (found) return found;
    } catch (error) {
      if (!(error instanceof SelectorError)) throw error;
    }
    const byText = [...descendants(page.document)].find(
      (node) => (node.tag === 'a' || node.tag === 'button') && isVisible(node) && textOf(node) === selector,
    );
    if (byText) return byText;
    const message = `Link or Button by name or CSS or XPath element with '${selector}' was not found.`;
    throw new BrowserError('Codeception\\Exception\\ElementNotFound', message);
  };

  const submit = async (form, button) => {
    const fields = new URLSearchParams();
    const files = [];
    for (const node of descendants(form)) {
      const { name, type, value = '' } = node.attributes;
      if (!name || 'disabled' in node.attributes) continue;
      if (type === 'file') {
        if (node.file) files.push({ name, file: node.file });
        continue;
      }
      if (node.tag === 'textarea') fields.append(name, fieldValue(node));
      if (node.tag === 'select') fields.append(name, fieldValue(node));
      if (node.tag === 'button' || type === 'submit') {
        if (node === button) fields.append(name, value);
      } else if (
        node.tag === 'input' &&
        (!/^(checkbox|radio)$/.test(type ?? '') || 'checked' in node.attributes)
      ) {
        fields.append(name, value);
      }
    }
    const action = button?.attributes.formaction ?? form.attributes.action ?? page.url;
    if (form.attributes.enctype === 'multipart/form-data') {
      const body = new FormData();
      for (const [name, value] of fields) body.append(name, value);
      for (const { name, file } of files) body.append(name, new Blob([readFileSync(file)]), basename(file));
      return open(action, { method: 'POST', body });
    }
    if ((form.attributes.method ?? 'get').toLowerCase() === 'post') {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      return open(action, { method: 'POST', body: fields.toString(), headers });
    }
    const url = new URL(action, page.url);
    url.search = fields.toString();
    return open(url.href);
  };

  const fieldValue = (node) => {
    if (node.tag === 'select') {
      const options = [...descendants(node)].filter((child) => child.tag === 'option');
      const chosen = options.find((option) => 'selected' in option.attributes) ?? options[0];
      return chosen?.attributes.value ?? (chosen ? textOf(chosen) : '');
    }
    return (
      node.attributes.value ??
      (node.tag === 'textarea' ? node.children.map((child) => child.text).join('') : '')
    );
  };

  const formAround = (node) => {
    let up = node;
    while (up && up.tag !== 'form') up = up.parent;
    return up;
  };

  return {
    open,
    all,
    visible,
    one,
    fieldValue,
    page: () => page,
    path: () => new URL(page.url, baseUrl).pathname + new URL(page.url, baseUrl).search,
    /** Whether the page has a jQuery without active requests; scripts do not run, so it stays as it is. */
    isIdle: () => /jQuery\b[^<]*\bactive:\s*0\b/.test(page.html),
    text: () => textOf(page.document),
    reload: () => load(page.url),
    back: () => load(history.pop() ?? page.url),
    clearCookie: (name) => cookies.delete(name),
    submitForm: async (selector, values) => {
      const form = one(selector);
      for (const node of descendants(form)) {
        if (node.attributes.name in values) node.attributes.value = String(values[node.attributes.name]);
      }
      await submit(form);
    },
    click: async (selector) => {
      const node = clickable(selector);
      let link = node;
      while (link && link.tag !== 'a') link = link.parent;
      if (link?.attributes.href) return open(link.attributes.href);
      const form = formAround(node);
      const submits =
        node.tag === 'button' ? node.attributes.type !== 'button' : node.attributes.type === 'submit';
      if (form && submits) return submit(form, node);
      if (/^(checkbox|radio)$/.test(node.attributes.type ?? '')) node.attributes.checked = '';
    },
    /** Waits until `condition` returns a truthy value, at most `seconds`; returns false on timeout. */
    waitUntil: async (condition, seconds) => {
      const deadline = Date.now() + seconds * 1000;
      while (true) {
        if (condition()) return true;
        if (Date.now() >= deadline) return false;
        await sleep(100);
        await refreshIfDue();
      }
    },
  };
}

module.exports = { createBrowser, BrowserError, webDriver };
