import { createHash, X509Certificate } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { testCertificate } from '../../support/certificate.ts';
import type { WebDriverSession } from '../../support/web-driver.ts';

/** Functions of the page: `fill` uses all that a browser stores for a site, `look` tells what is there. */
const script = `
window.fill = async () => {
  localStorage.setItem('left', '1');
  sessionStorage.setItem('left', '1');
  document.cookie = 'persistent=1; max-age=9999';
  document.cookie = 'transient=1';
  const database = await new Promise((resolve) => {
    const request = indexedDB.open('left', 1);
    request.onupgradeneeded = () => request.result.createObjectStore('store');
    request.onsuccess = () => resolve(request.result);
  });
  database.close();
  await (await caches.open('left')).put('/entry', new Response('1'));
  await navigator.serviceWorker.register('/worker.js');
  await navigator.serviceWorker.ready;
  await (await navigator.storage.getDirectory()).getFileHandle('left', { create: true });
  window.name = 'left';
  console.error('left');
};
window.look = async (other) => {
  const names = ['geolocation', 'notifications', 'camera', 'microphone', 'midi', 'clipboard-read', 'persistent-storage'];
  const state = async (name) => (await navigator.permissions.query({ name })).state;
  const files = [];
  for await (const name of (await navigator.storage.getDirectory()).keys()) files.push(name);
  await fetch('/cached');
  await fetch(other + '/shared', { headers: { 'x-needs-preflight': '1' } });
  return {
    localStorage: localStorage.length,
    sessionStorage: sessionStorage.length,
    cookies: document.cookie,
    databases: (await indexedDB.databases()).length,
    caches: await caches.keys(),
    workers: (await navigator.serviceWorker.getRegistrations()).length,
    isControlled: navigator.serviceWorker.controller !== null,
    files,
    permissions: await Promise.all(names.map(state)),
    userAgent: navigator.userAgent,
    language: navigator.language,
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    touchPoints: navigator.maxTouchPoints,
    isDark: matchMedia('(prefers-color-scheme: dark)').matches,
    zoom: [devicePixelRatio, visualViewport.scale],
    size: [innerWidth, innerHeight, outerWidth, outerHeight, screenX, screenY],
    history: history.length,
    name: window.name,
    hasOpener: window.opener !== null,
    referrer: document.referrer,
    hasFocus: document.hasFocus(),
    visibility: document.visibilityState,
  };
};`;

/** A site over http and https that uses what a browser can store, and counts what it is asked for. */
export interface Site {
  /** On the loopback address, which is a secure context. */
  url: string;
  /** The same server as another site. */
  otherUrl: string;
  /** A name that only browsers with `switches` know, without and with TLS. */
  named: { http: string; https: string };
  /** The switches of Chrome to reach and trust it. */
  switches: string[];
  /** How often a path was requested. */
  count(path: string): number;
  /** Answers the requests for `/late`, which wait for it. */
  answerLate(): void;
  close(): void;
}

/** Starts a site. */
export async function startSite(): Promise<Site> {
  const counts = new Map<string, number>();
  const waiting: ServerResponse[] = [];
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const path = `${request.method === 'OPTIONS' ? 'OPTIONS ' : ''}${request.url?.split('?')[0]}`;
    counts.set(path, (counts.get(path) ?? 0) + 1);
    const send = (status: number, headers: Record<string, string>, body = '') =>
      response.writeHead(status, { 'cache-control': 'no-store', ...headers }).end(body);
    const shared = { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' };
    if (path === '/late') waiting.push(response);
    else if (path === '/cached') send(200, { 'cache-control': 'max-age=9999' });
    else if (path === '/worker.js')
      send(
        200,
        { 'content-type': 'text/javascript' },
        'onactivate = (event) => event.waitUntil(clients.claim());',
      );
    else if (path.startsWith('OPTIONS ')) send(204, { ...shared, 'access-control-max-age': '9999' });
    else if (path === '/shared') send(200, shared);
    else if (path === '/file') send(200, { 'content-disposition': 'attachment; filename="left.csv"' }, '1,2');
    else if (path === '/headers') send(200, {}, JSON.stringify(request.headers));
    else if (path === '/private' && request.headers.authorization === undefined)
      send(401, { 'www-authenticate': 'Basic realm="left"' });
    else
      send(
        200,
        {
          'content-type': 'text/html',
          'strict-transport-security': 'max-age=9999',
          ...(path === '/cookie' && { 'set-cookie': 'http=1; HttpOnly; Max-Age=9999' }),
        },
        `<!doctype html><input id="field"><script>${script}</script>`,
      );
  };
  const plain = createServer(answer);
  const secure = createTlsServer(testCertificate, answer);
  const portOf = async (server: typeof plain) => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  };
  const [port, securePort] = [await portOf(plain), await portOf(secure)];
  const key = new X509Certificate(testCertificate.cert).publicKey.export({ type: 'spki', format: 'der' });
  const pin = createHash('sha256').update(key).digest('base64');
  return {
    url: `http://127.0.0.1:${port}`,
    otherUrl: `http://localhost:${port}`,
    named: { http: `http://shop.test:${port}`, https: `https://shop.test:${securePort}` },
    switches: [
      '--host-resolver-rules=MAP shop.test 127.0.0.1',
      `--ignore-certificate-errors-spki-list=${pin}`,
    ],
    count: (path) => counts.get(path) ?? 0,
    answerLate() {
      for (const response of waiting.splice(0)) response.writeHead(200, { 'set-cookie': 'late=1' }).end();
    },
    close() {
      for (const server of [plain, secure]) {
        server.closeAllConnections();
        server.close();
      }
    },
  };
}

const control = '\uE009';
const shift = '\uE008';

/** Presses a key, and does not release it. */
export function pressShift(session: WebDriverSession): Promise<unknown> {
  const actions = [{ type: 'keyDown', value: shift }];
  return session.post('/actions', { actions: [{ type: 'key', id: 'left', actions }] });
}

/** Presses keys together with control. */
export function pressWithControl(session: WebDriverSession, keys: string): Promise<unknown> {
  const events = [
    ['keyDown', control],
    ...[...keys].flatMap((key) => [
      ['keyDown', key],
      ['keyUp', key],
    ]),
    ['keyUp', control],
  ];
  const actions = events.map(([type, value]) => ({ type, value }));
  return session.post('/actions', { actions: [{ type: 'key', id: 'keyboard', actions }] });
}

/** All that a test could see of earlier ones, from inside and outside of the page. */
export async function look(session: WebDriverSession, site: Site) {
  const outside = {
    url: await session.get('/url'),
    windows: ((await session.get('/window/handles')) as string[]).length,
    rect: await session.get('/window/rect'),
    timeouts: await session.get('/timeouts'),
    log: await session.post('/se/log', { type: 'browser' }),
  };
  await session.open(`${site.named.http}/`);
  // HSTS would make it https.
  const named = await session.get('/url');
  const [cached, preflights] = [site.count('/cached'), site.count('OPTIONS /shared')];
  await session.open(`${site.url}/`);
  const inside = (await session.run(`return look(${JSON.stringify(site.otherUrl)});`)) as object;
  const requested = {
    // From its server, not from a cache.
    cached: site.count('/cached') - cached,
    preflights: site.count('OPTIONS /shared') - preflights,
    // Also those that scripts do not see, and HTTP authentication.
    headers: await session.run("return (await fetch('/headers')).json();"),
  };
  await session.run(`
    window.clicks = [];
    document.addEventListener('click', ({ shiftKey }) => clicks.push(shiftKey));
    document.getElementById('field').focus();`);
  // Where the mouse is, with the keys that are pressed.
  const button = [
    { type: 'pointerDown', button: 0 },
    { type: 'pointerUp', button: 0 },
  ];
  await session.post('/actions', {
    actions: [{ type: 'pointer', id: 'mouse', actions: [{ type: 'pointerMove', x: 20, y: 20 }, ...button] }],
  });
  const clicks = await session.run('return clicks;');
  await session.run("document.getElementById('field').focus();");
  await pressWithControl(session, 'v');
  const pasted = await session.run("return document.getElementById('field').value;");
  return { ...outside, ...inside, ...requested, clicks, pasted, named };
}
