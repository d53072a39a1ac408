import { percentDecode } from '../address/percent-decode.ts';
import { plainMftfVariables } from './mftf-variables.ts';

/** Decides which variables of tests are secret: the one place, for values that no user has declared secret. */
export interface SecretRule {
  /**
   * Whether the value must never be shown, and is hidden in all outputs: by the name, or by the value. An http address with a user and
   * password is not secret as a whole, see `maskCredentials`.
   */
  isSecret(name: string, value: string): boolean;
  /** Whether every user may see the value. Values that are neither plain nor secret are for operators and admins. */
  isPlain(name: string): boolean;
}

/** `secretNames` and `plainNames` are those of the settings; they take precedence, and a secret name over a plain one. */
export function createSecretRule(settings: {
  secretNames: readonly string[];
  plainNames: readonly string[];
}): SecretRule {
  const secretNames = new Set(settings.secretNames.map(upper));
  const plainNames = new Set([...plainMftfVariables, ...settings.plainNames].map(upper));
  return {
    isSecret(name, value) {
      if (secretNames.has(upper(name))) return value !== '';
      if (plainNames.has(upper(name)) || harmlessValue.test(value)) return false;
      return isSecretName(name) || isSecretValue(value);
    },
    isPlain: (name) => plainNames.has(upper(name)) && !secretNames.has(upper(name)),
  };
}

const upper = (name: string) => name.toUpperCase();

/** Values of switches: hiding every "true" would destroy a log. */
const harmlessValue = /^(?:true|false|yes|no|on|off|null|none|)$/i;

/** Words of names, each between `_`, digits or the capitals of camel case. */
const secretWords = new Set([
  ...['PASS', 'PASSWORD', 'PASSWORDS', 'PASSWD', 'PASSPHRASE', 'PASSCODE', 'PWD', 'PW'],
  ...['SECRET', 'SECRETS', 'TOKEN', 'TOKENS', 'BEARER', 'JWT', 'JWK', 'COOKIE', 'COOKIES', 'SESSION', 'SID'],
  ...['KEY', 'KEYS', 'APIKEY', 'APIKEYS', 'SK', 'PK', 'PSK', 'PRIVATE', 'PEM', 'CERT', 'CERTIFICATE'],
  ...[
    'AUTH',
    'OAUTH',
    'AUTHORIZATION',
    'CREDENTIAL',
    'CREDENTIALS',
    'CRED',
    'CREDS',
    'DSN',
    'WEBHOOK',
    'WEBHOOKS',
  ],
  ...['SEED', 'MNEMONIC', 'OTP', 'TOTP', 'HOTP', 'MFA', 'TFA', 'PIN', 'PUK', 'CVV', 'CVC', 'CVN', 'CSC'],
  ...['SALT', 'HASH', 'HMAC', 'NONCE', 'SIGNATURE', 'SIGNING', 'LICENSE', 'LICENCE'],
]);

/** Names without separators. */
const secretParts =
  /PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|CREDENTIAL|PRIVATE|WEBHOOK|(?:API|ACCESS|AUTH|CRYPT)KEY|(?:DB|FTP|SMTP|MAIL|USER|ADMIN|ROOT|MYSQL|REDIS|LDAP)PASS|PWD$|2_?FA(?![A-Z])/;

/** What such a last word says of a secret is not the secret. */
const harmlessLastWords = new Set([
  ...['TYPE', 'LENGTH', 'LIFETIME', 'TTL', 'TIMEOUT', 'EXPIRY', 'ENABLED', 'DISABLED', 'ALGORITHM'],
  ...['DOMAIN', 'VERSION', 'PATH', 'FILE', 'FOLDER', 'COUNT', 'SIZE'],
]);

function isSecretName(name: string): boolean {
  const words = name
    .replace(/([a-z])([A-Z])|([A-Z])(?=[A-Z][a-z])/g, '$1$3_$2')
    .toUpperCase()
    .split(/[^A-Z]+/)
    .filter((word) => word !== '');
  if (harmlessLastWords.has(words.at(-1) ?? '')) return false;
  return words.some((word) => secretWords.has(word)) || secretParts.test(upper(name));
}

/** A password in an address that is not http, or a private key. No two parts can match the same text: a value may have 128 KiB. */
const secretForm =
  /^(?!https?:)[a-z][a-z0-9+.-]{0,30}:\/\/[^\s@:]*:[^\s@]*@|-----BEGIN [A-Z ]*PRIVATE KEY-----/i;
/** How tokens of well-known services begin, and those of RFC 7519 (JWT); a random word is not always recognised as such. */
const tokenForm =
  /^(?:gh[oprsu]_|github_pat_|gl(?:pat|ptt|dt|rt)-|xox[abeprs]-|[rs]k_(?:live|test)_|whsec_|AKIA|ASIA|AIza|SG\.|npm_|pypi-|dop_v1_|eyJ[\w-]{8,2000}\.eyJ)[\w.-]{12}/;
/** A parameter of a connection or an address whose value is secret: `Password=...`, `?access_token=...`. */
const secretParameter =
  /(?:^|[;&?\s])\w{0,30}(?:password|passwd|pwd|secret|token|(?:api|access|account)_?key|signature)=([^;&\s]+)/gi;

function isSecretValue(value: string): boolean {
  if (secretForm.test(value) || tokenForm.test(value) || value.search(secretParameter) >= 0) return true;
  // Addresses and paths have long words.
  if (/^(?:[a-z][a-z0-9+.-]{0,30}:\/|\.{0,2}\/|~\/)/i.test(value)) return false;
  return hasRandomWord(value);
}

function hasRandomWord(text: string): boolean {
  return uuid.test(text) || text.split(/[^A-Za-z0-9+]+/).some(isRandom);
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A word of so many characters is random, and not a name, when all of the following hold. docs/security.md describes them. */
const minRandomLength = 20;
const minBitsPerCharacter = 3.5;
/** The share of characters that are of another kind (small letter, capital, digit) than the one before: half in random texts. */
const minChangeShare = 0.35;

function isRandom(word: string): boolean {
  if (word.length < minRandomLength) return false;
  if (/^[0-9a-f]{32,}$/i.test(word) && /\d/.test(word) && /[a-f]/i.test(word)) return true;
  if ((word.match(/\d/g)?.length ?? 0) < 2 || (word.match(/[A-Za-z]/g)?.length ?? 0) < 2) return false;
  const changes = word.match(/[a-z](?=[^a-z])|[A-Z](?=[^A-Z])|\d(?=\D)/g)?.length ?? 0;
  return changes / word.length >= minChangeShare && bitsPerCharacter(word) >= minBitsPerCharacter;
}

/** The entropy of the characters of a text, by their frequency in it. */
function bitsPerCharacter(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

/** Lines of a secret of several lines that are secret on their own: those of a private key, not its first and last one. */
const secretLine = /^[ \t]*(?!-----)\S.{15,}$/gm;
/** A key of 16,384 bits has 200. */
const maxLines = 200;
/** What follows the protocol of an address. */
const behindProtocol = /^[a-z][a-z0-9+.-]{0,30}:\/\/(\S*)/i;
const userAndPassword = /^[^\s:/]{1,100}:([^\s/]{6,})$/;

/**
 * The texts to hide for a secret value: the value, also without the blanks and line ends around it, which a page leaves out, the passwords in
 * it, and each of them with its letters composed and decomposed.
 */
export function secretTextsOf(value: string): string[] {
  const lines = /[\r\n]/.test(value) ? (value.match(secretLine) ?? []).slice(0, maxLines) : [];
  const passwords = passwordsIn(value).flatMap((password) => [password, percentDecode(password)]);
  const texts = [value, value.trim(), ...passwords, ...lines.map((line) => line.trim())];
  const forms = texts.flatMap((text) => [text, text.normalize('NFC'), text.normalize('NFD')]);
  return [...new Set(forms)].filter((text) => text !== '');
}

/** As written, so possibly percent-encoded. */
function passwordsIn(value: string): string[] {
  const ofParameters = Array.from(value.matchAll(secretParameter), ([, password = '']) => password);
  const address = behindProtocol.exec(value)?.[1];
  if (address === undefined) return [userAndPassword.exec(value)?.[1] ?? '', ...ofParameters];
  // A password may have an @ that is not encoded.
  const ends = [address.indexOf('@'), address.lastIndexOf('@')].filter((end) => end >= 0);
  const ofUsers = ends.map((end) => {
    const credentials = address.slice(0, end);
    const colon = credentials.indexOf(':');
    if (colon >= 0) return credentials.slice(colon + 1);
    // A user alone is often a common word, and sometimes a key.
    return hasRandomWord(credentials) ? credentials : '';
  });
  return [...ofUsers, ...ofParameters];
}
