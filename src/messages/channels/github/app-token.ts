import { createPrivateKey, sign } from 'node:crypto';

/** GitHub refuses a token that is valid for more than 10 minutes, and one from the future of its clock. */
const lifeSeconds = 9 * 60;
const skewSeconds = 60;

/** Whether a text is an RSA key in PEM, the only kind that GitHub gives an App. */
export function isRsaKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
}

/** A JSON Web Token (RFC 7519, RS256) by which a GitHub App proves who it is. `appId` is its id or its client id. */
export function createAppToken({
  appId,
  privateKey,
  now,
}: {
  appId: string;
  privateKey: string;
  now: Date;
}): string {
  const seconds = Math.floor(now.getTime() / 1_000);
  const claims = { iat: seconds - skewSeconds, exp: seconds - skewSeconds + lifeSeconds, iss: appId };
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), createPrivateKey(privateKey)).toString('base64url')}`;
}
