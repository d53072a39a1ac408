import { beforeAll, beforeEach, expect, it } from 'vitest';
import { waitFor } from '../support/wait-for.ts';
import { type Installation, project, publicUrl } from './installation.ts';
import { runScript } from './network-scripts.ts';

const password = 'correct horse battery';

/** One request of a client in the network of the proxy, as a browser would send it. */
interface ProxyAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** TLS in front of the server, and the live view behind its sign-in. */
export function proxy(installed: () => Installation): void {
  let cookie = '';
  const ask = (address: string, options: { method?: string; headers?: object; body?: string } = {}) =>
    runScript<ProxyAnswer>(installed(), `${project}_front`, requestScript(address, options));
  const live = 'https://tools.example.com:8443/matre';
  const asBrowser = { accept: 'text/html' };

  beforeAll(async () => {
    const { noCaddyReason, shell } = installed();
    if (noCaddyReason !== undefined) return;
    await shell('COMPOSE_PROFILES=tls docker compose -f deploy/compose.yml up -d --no-deps caddy');
    for (const [name, role] of [
      ['ada', 'admin'],
      ['vera', 'viewer'],
    ]) {
      const command = `docker compose -f deploy/compose.yml exec -T server matre user add ${name} --role ${role} --password-stdin`;
      await shell(command, password);
    }
    await waitFor(async () => (await ask(`${publicUrl}/healthz`).catch(() => undefined))?.status === 200);
  }, 240_000);
  beforeEach(({ skip }) => {
    const { noCaddyReason } = installed();
    if (noCaddyReason !== undefined) skip(noCaddyReason);
  });

  const signIn = async (name: string) => {
    const signedIn = await ask(`${publicUrl}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: 'https://tools.example.com' },
      body: JSON.stringify({ name, password }),
    });
    expect(signedIn.status).toBe(200);
    const [set = ''] = [signedIn.headers['set-cookie'] ?? []].flat();
    expect(set).toMatch(
      /^__Secure-matre_session=\S+; Max-Age=\d+; Path=\/matre; HttpOnly; Secure; SameSite=Lax$/,
    );
    return set.split(';', 1)[0] ?? '';
  };

  it('has the page below the base path, with the sign-in of OpenID Connect, and trusts the proxy', async () => {
    const page = await ask(`${publicUrl}/runs`, { headers: asBrowser });
    expect(page.status).toBe(200);
    const session = await ask(`${publicUrl}/api/session`);
    expect(JSON.parse(session.body).methods).toEqual({ password: true, oidc: { name: 'Company' } });
    cookie = await signIn('ada');
    const audit = await ask(`${publicUrl}/api/audit`, { headers: { cookie } });
    const [entry] = JSON.parse(audit.body).entries;
    const { compose, docker } = installed();
    const id = (await compose('--profile', 'tls', 'ps', '-q', 'caddy')).trim();
    const format = '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}';
    const ofCaddy = (await docker('inspect', '--format', format, id)).trim().split(/\s+/);
    expect(entry).toMatchObject({ who: 'ada', operation: 'session.begin' });
    expect(ofCaddy).not.toContain(entry.address);
    expect(await compose('logs', '--no-color', 'server')).not.toContain('X-Forwarded');
  });

  it('shows the live view to users with the role, and to no other', async () => {
    const sent = await ask(`${live}/ui/`, { headers: asBrowser });
    expect([sent.status, sent.headers['location']]).toEqual([302, `${publicUrl}/`]);
    expect((await ask(`${live}/graphql`, { method: 'POST', body: '{}' })).status).toBe(401);
    expect((await ask(`${live}/ui/`, { headers: { cookie: await signIn('vera') } })).status).toBe(403);
    const shown = await ask(`${live}/ui/`, { headers: { cookie } });
    expect(shown.body).toContain('<title>Selenium Grid</title>');
    expect(shown.body).not.toContain('cookie');
  });

  it('carries its pictures, but not to pages of other hosts, and passes on nothing that controls a browser', async () => {
    const upgrade = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'bWF0cmUgbWF0cmUgbWF0cg==',
    };
    const open = (headers: object) =>
      ask(`${live}/session/abc/se/vnc`, { headers: { ...upgrade, ...headers } });
    expect((await open({})).status).toBe(401);
    expect(await open({ cookie, origin: 'https://tools.example.com:8443' })).toMatchObject({
      status: 101,
      body: 'RFB',
    });
    expect((await open({ cookie, origin: 'https://evil.example.com' })).status).toBe(403);
    for (const [method, path] of [
      ['POST', '/session'],
      ['DELETE', '/session/abc'],
      ['POST', '/session/abc/url'],
      ['GET', '/session/abc/se/cdp'],
      ['POST', '/wd/hub/session'],
    ] as const) {
      expect((await ask(live + path, { method, headers: { cookie } })).status, path).toBe(404);
    }
  });
}

/** A script that sends a request to Caddy under the name of the site, and prints the response; of a WebSocket, what comes back. */
const requestScript = (
  address: string,
  { method = 'GET', headers = {}, body = '' }: { method?: string; headers?: object; body?: string },
) => `
const url = new URL(${JSON.stringify(address)});
const request = require('node:https').request({
  host: 'caddy', port: url.port || 443, path: url.pathname, method: ${JSON.stringify(method)}, servername: url.hostname,
  headers: { host: url.host, ...${JSON.stringify(headers)} }, rejectUnauthorized: false,
});
const print = ({ statusCode: status, headers }, body) => { console.log(JSON.stringify({ status, headers, body })); process.exit(); };
request.on('response', (response) => {
  let text = '';
  response.on('data', (data) => { text += data; }).on('end', () => print(response, text));
});
request.on('upgrade', (response, socket) => {
  socket.on('data', (data) => print(response, String(data)));
  socket.write('RFB');
});
request.on('error', (error) => { console.error(error.message); process.exit(1); });
request.end(${JSON.stringify(body)});
`;
