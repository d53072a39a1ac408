import { createHmac } from 'node:crypto';

/** The form of a secret of Standard Webhooks: `whsec_` and 24 to 64 bytes in base64. */
export function isSigningSecret(text: string): boolean {
  const [, encoded = ''] = /^whsec_([A-Za-z0-9+/]{32,88}={0,2})$/.exec(text) ?? [];
  const bytes = Buffer.from(encoded, 'base64');
  return bytes.length >= 24 && bytes.length <= 64 && bytes.toString('base64') === encoded;
}

/**
 * The headers of a message as Standard Webhooks 1.0 defines them. It is signed with each of the secrets, so that a receiver can change
 * its secret while messages arrive. `seconds`: the time of the attempt.
 */
export function signedHeaders(
  message: { id: string; body: string; seconds: number },
  secrets: readonly string[],
): Record<string, string> {
  const { id, body, seconds } = message;
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')}`;
  });
  return {
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': signatures.join(' '),
  };
}
