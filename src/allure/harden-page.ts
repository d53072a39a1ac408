import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../faults/fault.ts';
import { writeFileAtomically } from '../files/atomic-write.ts';

/** Scripts of Allure that count its users, with a script of another host. */
const analytics =
  /<script\b[^>]*\bsrc="https?:[^"]*"[^>]*>\s*<\/script>|<script>(?:(?!<\/script>)[\s\S])*\bgtag\((?:(?!<\/script>)[\s\S])*<\/script>/g;

/** Nothing comes from another host, whatever a message, a log or a page of a shop contains. */
export const pagePolicy = [
  "default-src 'none'",
  "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
  "style-src 'self' 'unsafe-inline' data:",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "media-src 'self' data: blob:",
  "connect-src 'self' data: blob:",
  "frame-src 'self' data: blob:",
  "worker-src 'self' blob:",
  "base-uri 'self'",
  "form-action 'none'",
].join('; ');

/**
 * A page of an origin of its own, as matre serves it, has no storage: reading it throws. Allure keeps the choices of its users there, so
 * it gets one that lasts as long as the page.
 */
const storage = `<script>for (const name of ['localStorage', 'sessionStorage']) try { window[name] } catch {
const values = new Map(); Object.defineProperty(window, name, { value: {
getItem: (key) => values.get(String(key)) ?? null, setItem: (key, value) => void values.set(String(key), String(value)),
removeItem: (key) => void values.delete(String(key)), clear: () => values.clear(), key: (at) => [...values.keys()][at] ?? null,
get length() { return values.size } } }) }</script>`;

/** Makes the page of a report one that asks no other host for anything. Errors: ALLURE_FAILED when it still would. */
export async function hardenPage(folder: string): Promise<void> {
  const path = join(folder, 'index.html');
  const page = hardened(await readFile(path, 'utf8'));
  await writeFileAtomically(path, page);
}

/** The HTML of a page of Allure without its analytics, with the policy. Errors: ALLURE_FAILED. */
export function hardened(html: string): string {
  const page = html.replaceAll(analytics, '');
  if (/googletagmanager|<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)="(?:https?:)?\/\//.test(page)) {
    throw new Fault(
      'ALLURE_FAILED',
      'The page of Allure loads something from another host in a way that is new.',
    );
  }
  const policy = `<meta http-equiv="Content-Security-Policy" content="${pagePolicy}">`;
  return page.replace(/<head>/, () => `<head>${policy}${storage}`);
}
