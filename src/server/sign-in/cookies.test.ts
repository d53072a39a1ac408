import type { FastifyReply, FastifyRequest } from 'fastify';
import { describe, expect, it } from 'vitest';
import { readCookie, setCookie } from './cookies.ts';

const name = 'matre_session';
const requestOf = (protocol: string, cookie?: string) =>
  ({ protocol, headers: { ...(cookie !== undefined && { cookie }) } }) as FastifyRequest;

/** The header with which a browser gets a cookie. */
function setHeader(protocol: string, publicUrl: string | undefined, value: string | undefined): string {
  const headers: string[] = [];
  const reply = { header: (_: string, text: string) => headers.push(text) } as unknown as FastifyReply;
  setCookie(requestOf(protocol), reply, { name, value, publicUrl });
  return headers.join('\n');
}

const fixed = 'HttpOnly; Secure; SameSite=Lax';

describe.each<[string, string | undefined, string, string]>([
  ['http', undefined, 'matre_session', 'Path=/; HttpOnly; SameSite=Lax'],
  ['http', 'http://matre.test/qa', 'matre_session', 'Path=/qa; HttpOnly; SameSite=Lax'],
  ['http', 'https://matre.test', '__Host-matre_session', `Path=/; ${fixed}`],
  ['https', undefined, '__Host-matre_session', `Path=/; ${fixed}`],
  ['http', 'https://matre.test/qa', '__Secure-matre_session', `Path=/qa; ${fixed}`],
])('a cookie over %s, of the server at %s', (protocol, publicUrl, cookie, attributes) => {
  it('is set and deleted under a name with which browsers check where it comes from', () => {
    expect(setHeader(protocol, publicUrl, 'a')).toBe(`${cookie}=a; Max-Age=604800; ${attributes}`);
    expect(setHeader(protocol, publicUrl, undefined)).toBe(`${cookie}=; Max-Age=0; ${attributes}`);
  });

  it('is read under this name alone', () => {
    const all = ['matre_session', '__Host-matre_session', '__Secure-matre_session'];
    const others = all.filter((each) => each !== cookie).map((each) => `${each}=other`);
    const read = (pairs: string[]) => readCookie(requestOf(protocol, pairs.join('; ')), { name, publicUrl });
    expect(read([...others, `${cookie}=own`])).toBe('own');
    expect(read(others)).toBeUndefined();
  });
});
