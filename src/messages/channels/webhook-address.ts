import { z } from 'zod';

/** The address of a webhook: who knows it can post, so it is a secret. */
export function webhookAddress(description: string) {
  return z
    .url({ protocol: /^https?$/, error: 'Write the whole address, with https://.' })
    .max(2000)
    .meta({ title: 'Address of the webhook', description });
}

/** The parts of the address of a webhook that a service may repeat in an answer, and that no log may have. */
export function secretParts(address: string): string[] {
  const { pathname, searchParams } = new URL(address);
  // Words of the path, such as `messages`, are no secrets.
  const segments = pathname.split('/').filter((part) => /\d/.test(part) || part.length >= 16);
  const parts = [...segments, ...searchParams.values()].filter(({ length }) => length >= 8);
  return [address, ...parts, ...parts.map(encodeURIComponent)];
}
