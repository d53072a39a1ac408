import type { SessionView } from '../../src/server/sign-in/session.ts';
import type { Answer } from './app.ts';

export interface Browser {
  /** Sends requests like a page: with the cookies, and the CSRF token of the session on changes. */
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** Does not follow redirects. */
  open(address: string): Promise<Response>;
  signIn(name: string, password: string): Promise<Answer>;
  session(): Promise<SessionView>;
  cookies: Map<string, string>;
}

/** A browser with its own cookies, for one server. */
export function openBrowser(url: string): Browser {
  const cookies = new Map<string, string>();
  let csrf: string | null = null;

  const request = async (address: string, init: RequestInit & { headers?: Record<string, string> } = {}) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { ...(cookie !== '' && { cookie }), ...init.headers };
    const response = await fetch(new URL(address, url), { ...init, headers, redirect: 'manual' });
    for (const each of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = each.split('; ');
      const mark = pair.indexOf('=');
      if (attributes.includes('Max-Age=0')) cookies.delete(pair.slice(0, mark));
      else cookies.set(pair.slice(0, mark), pair.slice(mark + 1));
    }
    return response;
  };

  const browser: Browser = {
    cookies,
    async ask(method, path, body, headers = {}) {
      const response = await request(path, {
        method,
        headers: {
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(csrf !== null && method !== 'GET' && { 'x-csrf-token': csrf }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      const json = (response.headers.get('content-type') ?? '').includes('json');
      const answer = {
        status: response.status,
        headers: response.headers,
        body: json ? JSON.parse(text) : text,
      };
      if (answer.body?.csrf !== undefined) csrf = answer.body.csrf;
      return answer;
    },
    open: (address) => request(address),
    signIn: (name, password) => browser.ask('POST', '/api/session', { name, password }),
    session: async () => (await browser.ask('GET', '/api/session')).body,
  };
  return browser;
}
