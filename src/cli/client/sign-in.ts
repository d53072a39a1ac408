import { z } from 'zod';
import { delay } from '../../async/delay.ts';
import { Fault } from '../../faults/fault.ts';
import { roles } from '../../model/access.ts';
import { createRemoteRequests, type RemoteRequests } from './remote.ts';

const session = z.object({
  signInRequired: z.boolean(),
  user: z.object({ name: z.string(), role: z.enum(roles) }).nullable(),
});
const begun = z.object({
  deviceCode: z.string(),
  userCode: z.string(),
  verificationPath: z.string().startsWith('/'),
  expiresInSeconds: z.int().min(1).max(3600),
  intervalSeconds: z.number().min(0.1).max(60),
});
const polled = z.object({
  status: z.enum(['pending', 'slow-down', 'denied', 'approved']),
  token: z
    .object({ id: z.int(), secret: z.string(), role: z.enum(roles), user: z.string().nullable() })
    .nullable(),
});

/** A token that a server accepts; `id` is known when this program created it. */
export interface SignedIn {
  token: string;
  id: number | undefined;
  user: string;
  role: string;
}

/** Whether a server requires sign-in. Errors: SERVER_UNREACHABLE. */
export async function requiresSignIn(url: string): Promise<boolean> {
  return withRequests(url, undefined, async (requests) => (await readSession(requests)).signInRequired);
}

/** Checks a token. Errors: UNAUTHORIZED when the server does not accept it, SERVER_UNREACHABLE. */
export async function checkToken(url: string, token: string): Promise<SignedIn> {
  return withRequests(url, token, async (requests) => {
    const { user } = await readSession(requests);
    if (user === null) throw new Fault('UNAUTHORIZED', `${url} does not accept the token.`);
    return { token, id: undefined, user: user.name, role: user.role };
  });
}

/**
 * Signs in by a browser: begins, shows the code by `show`, and polls until a user has approved. Errors: DEVICE_CODE_INVALID after
 * ten minutes, FORBIDDEN when the user denies, SERVER_UNREACHABLE, and the reason of `signal`.
 */
export async function signInByBrowser(
  url: string,
  options: {
    device: string;
    show: (login: { address: string; userCode: string; minutes: number }) => void;
    signal: AbortSignal;
  },
): Promise<SignedIn> {
  const { device, show, signal } = options;
  return withRequests(url, undefined, async (requests) => {
    const { deviceCode, userCode, verificationPath, expiresInSeconds, intervalSeconds } = parsed(
      begun,
      await requests.send('POST', '/api/device-logins', { device }),
      url,
    );
    const address = `${url}${verificationPath}?code=${encodeURIComponent(userCode)}`;
    show({ address, userCode, minutes: Math.round(expiresInSeconds / 60) });
    for (let intervalMs = intervalSeconds * 1000; ; ) {
      await delay(intervalMs, signal);
      signal.throwIfAborted();
      const { status, token } = parsed(
        polled,
        await requests.send('POST', '/api/device-logins/poll', { deviceCode }),
        url,
      );
      // RFC 8628, section 3.5: 5 seconds more.
      if (status === 'slow-down') intervalMs += 5_000;
      if (status === 'denied') throw new Fault('FORBIDDEN', 'The sign-in was denied in the browser.');
      if (token !== null)
        return { token: token.secret, id: token.id, user: token.user ?? device, role: token.role };
    }
  });
}

/** Revokes the token that the request is signed in with. Errors: UNAUTHORIZED or TOKEN_UNKNOWN when it is not valid any more, SERVER_UNREACHABLE. */
export async function revokeOwnToken(url: string, token: string, id: number): Promise<void> {
  await withRequests(url, token, (requests) => requests.send('DELETE', `/api/tokens/${id}`, undefined));
}

async function readSession(requests: RemoteRequests): Promise<z.output<typeof session>> {
  return parsed(session, await requests.send('GET', '/api/session', undefined), requests.base);
}

function parsed<Schema extends z.ZodType>(schema: Schema, json: unknown, url: string): z.output<Schema> {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  throw new Fault(
    'SERVER_UNREACHABLE',
    `${url} sent a response that this matre does not understand. Check that both have the same version.`,
    { cause: result.error },
  );
}

async function withRequests<T>(
  url: string,
  token: string | undefined,
  work: (requests: RemoteRequests) => Promise<T>,
): Promise<T> {
  const requests = createRemoteRequests({ url, token, traceParent: undefined });
  try {
    return await work(requests);
  } finally {
    requests.close();
  }
}
