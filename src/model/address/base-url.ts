import { percentDecode } from './percent-decode.ts';

/** The base URL of a shop, with the user and password for its web server separated from it. */
export interface BaseUrl {
  /** Without credentials. */
  url: string;
  /** `user:password` as written, percent-encoded; `undefined` without them. A secret. */
  credentials: string | undefined;
}

const authority = /^(https?:\/\/)(?:([^/?#\\]*)@)?/i;
/** What RFC 3986 allows before the `@`; everything else is percent-encoded. */
const credentialsPattern = /^(?:[A-Za-z0-9._~!$&'()*+,;=:-]|%[0-9A-Fa-f]{2})*$/;

/** Separates the credentials from a base URL. Text that is no http URL stays unchanged. */
export function splitBaseUrl(address: string): BaseUrl {
  const credentials = authority.exec(address)?.[2];
  return { url: address.replace(authority, '$1'), credentials: credentials || undefined };
}

/** The base URL with its credentials, as browsers and PHP understand it. */
export function joinBaseUrl({ url, credentials }: BaseUrl): string {
  return credentials === undefined
    ? url
    : url.replace(authority, `$1${credentials.replaceAll('$', '$$$$')}@`);
}

/** Whether a text can be the credentials of a base URL: browsers, PHP and Node read nothing else alike. */
export function isCredentials(text: string): boolean {
  return credentialsPattern.test(text);
}

/** The `Authorization` header that credentials stand for. */
export function basicAuthorization(credentials: string): string {
  return `Basic ${Buffer.from(userAndPassword(credentials).join(':')).toString('base64')}`;
}

/**
 * The texts to hide in logs. Not the user alone, which often is a common word: hiding each "magento" would destroy the log.
 */
export function secretsOf(credentials: string): string[] {
  const encoded = credentials.slice(credentials.indexOf(':') + 1);
  const [user, password] = userAndPassword(credentials);
  const header = basicAuthorization(credentials).slice('Basic '.length);
  return [
    credentials,
    `${user}:${password}`,
    header,
    ...(credentials.includes(':') ? [encoded, password] : []),
  ];
}

/** Hides the credentials in the http URLs of a text: `https://[hidden]@shop.test/`. */
export function maskCredentials(text: string): string {
  return text.replace(/(https?:\/\/)[^\s/?#\\]*@/gi, '$1[hidden]@');
}

/** Decoded. */
function userAndPassword(credentials: string): [user: string, password: string] {
  const [user = '', ...password] = credentials.split(':');
  return [percentDecode(user), percentDecode(password.join(':'))];
}
