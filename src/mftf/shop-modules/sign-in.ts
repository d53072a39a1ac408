import { joinBaseUrl, splitBaseUrl } from '../../model/address/base-url.ts';
import { withoutEnd } from '../../model/without-end.ts';
import type { FetchRequest, FetchResult } from '../container/fetch.ts';
import type { EnvValue } from '../module/env-files.ts';
import { oneTimePassword } from './one-time-password.ts';

/** Requests an address of the shop; it may have credentials. */
export type RequestShop = (
  request: Omit<FetchRequest, 'seconds'>,
) => Promise<Pick<FetchResult, 'status' | 'body' | 'error'>>;

/** A token of the administrator, or why there is none. */
export type SignIn =
  | { kind: 'token'; token: string }
  | { kind: 'no-password' | 'no-secret' | 'refused' | 'unreachable' | 'unexpected'; message: string };

/**
 * Signs in as MFTF does: it asks for the schema of two-factor authentication, and for a token, with a one-time password when that is on
 * (read in WebApiAuth, Tfa and OTP of MFTF 3.8 and 5.3). `values`: what MFTF reads for the environment. The messages name no secret.
 */
export async function signInToShop(request: RequestShop, values: readonly EnvValue[]): Promise<SignIn> {
  const value = (name: string) => values.find((each) => each.name === name)?.value ?? '';
  const [username, password] = [value('MAGENTO_ADMIN_USERNAME'), value('MAGENTO_ADMIN_PASSWORD')];
  if (username === '' || password === '') {
    return { kind: 'no-password', message: 'no user name or no password of an administrator is set' };
  }
  const { url: base, credentials } = splitBaseUrl(webApiUrl(value));
  const addressOf = (path: string) => joinBaseUrl({ url: `${base}/rest/${path}`, credentials });

  const schema = await request({ url: addressOf('schema?services=twoFactorAuthAdminTokenServiceV1') });
  if (schema.error !== undefined) {
    return { kind: 'unreachable', message: `the shop does not respond (${shorten(schema.error)})` };
  }
  const hasTwoFactor = schema.status === 200 && isSchema(parseJson(schema.body));
  const otp = hasTwoFactor ? oneTimePassword(value('OTP_SHARED_SECRET'), Date.now()) : undefined;
  if (hasTwoFactor && otp === undefined) {
    return {
      kind: 'no-secret',
      message: 'two-factor authentication is on, and OTP_SHARED_SECRET is not set, or is not base32',
    };
  }
  const path = hasTwoFactor ? 'V1/tfa/provider/google/authenticate' : 'V1/integration/admin/token';
  const json = { username, password, ...(otp !== undefined && { otp }) };
  const { status, body, error } = await request({ url: addressOf(path), json });
  const token = status === 200 ? parseJson(body) : undefined;
  if (typeof token === 'string' && /^[\w.~+/=-]{1,4096}$/.test(token)) return { kind: 'token', token };
  if (status === 401 || status === 403) {
    return { kind: 'refused', message: `the shop refuses the credentials of ${username} (${status})` };
  }
  const answer = error === undefined ? String(status) : shorten(error);
  return { kind: 'unexpected', message: `the shop responds to a token request with ${answer}` };
}

/** The address of the web API, without a slash at its end: MFTF takes MAGENTO_RESTAPI_SERVER_* before the base URL. */
function webApiUrl(value: (name: string) => string): string {
  const host = value('MAGENTO_RESTAPI_SERVER_HOST');
  const protocol = value('MAGENTO_RESTAPI_SERVER_PROTOCOL');
  const port = value('MAGENTO_RESTAPI_SERVER_PORT');
  const own = protocol && host ? `${protocol}://${host}` : host;
  const base = own === '' || own.includes('://') ? own : `http://${own}`;
  const start = withoutEnd(base || value('MAGENTO_BASE_URL'), '/');
  return port === '' ? start : `${start}:${port}`;
}

/** Whether the shop has the service of two-factor authentication; without it the answer is an error, or has neither part. */
function isSchema(answer: unknown): boolean {
  return typeof answer === 'object' && answer !== null && 'definitions' in answer && 'paths' in answer;
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The error of a request as a part of a sentence. */
function shorten(error: string): string {
  return error
    .replace(/^.*Failed to open stream: /is, '')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 200);
}
