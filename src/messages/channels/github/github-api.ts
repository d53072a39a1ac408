import { z } from 'zod';
import type { FaultCode } from '../../../faults/fault.ts';
import { DeliveryFault, type OutgoingHttp } from '../channel.ts';
import {
  createForgeApi,
  type ForgeAnswer,
  type ForgeApi,
  refusalOfForge,
  retryAfterMs,
} from '../forge-request.ts';
import { createAppToken } from './app-token.ts';
import type { GithubSecrets, GithubSettings } from './github-settings.ts';

/** GitHub asks to wait for a minute when it does not say how long. */
const usualWaitMs = 60_000;

/** The address of the API of a GitHub with these pages: github.com, GitHub Enterprise Cloud (`ghe.com`) or Server. */
export function apiUrlOf({ baseUrl, apiUrl }: Pick<GithubSettings, 'baseUrl' | 'apiUrl'>): string {
  if (apiUrl !== undefined) return apiUrl;
  const { protocol, hostname } = new URL(baseUrl);
  if (hostname === 'github.com' || hostname.endsWith('.ghe.com')) return `${protocol}//api.${hostname}`;
  return `${baseUrl}/api/v3`;
}

interface GithubAccess {
  api: ForgeApi;
  /** An App, or the token of Actions, which is that of an App: it may create check runs. */
  isApp: boolean;
}

interface AccessOptions {
  settings: GithubSettings;
  secrets: GithubSecrets;
  http: OutgoingHttp;
  signal: AbortSignal;
}

/**
 * The API with the token of the channel; of an App with a new token of its installation for this project, with the rights that are needed
 * and no others. Throws a DeliveryFault.
 */
export async function openGithub(
  options: AccessOptions,
  project: string,
  permissions: Record<string, string>,
): Promise<GithubAccess> {
  const { token } = options.secrets;
  if (token !== undefined) {
    // Tokens of installations, also that of Actions, begin so.
    return { api: apiWith(options, token), isApp: token.startsWith('ghs_') };
  }
  const app = apiOfApp(options);
  const installed = await app.call('GET', `${projectPath(project)}/installation`, { expected: [404] });
  if (installed.status === 404) {
    throw new DeliveryFault(
      'CHANNEL_TARGET_UNKNOWN',
      `The App ${options.settings.appId} is not installed in ${project}.`,
      {
        permanent: true,
      },
    );
  }
  const { id } = installed.read(z.object({ id: z.number() }));
  const answer = await app.call('POST', `/app/installations/${id}/access_tokens`, {
    body: { repositories: [project.split('/').at(-1)], permissions },
  });
  const installation = answer.read(z.object({ token: z.string() }));
  return { api: apiWith(options, installation.token), isApp: true };
}

/** The API as the App itself, which may ask for its installations only. Throws a DeliveryFault when its id is missing. */
export function apiOfApp(options: AccessOptions): ForgeApi {
  const { appId } = options.settings;
  const { privateKey = '' } = options.secrets;
  if (appId === undefined) {
    const message = 'The private key is that of an App: name its id (appId) in the settings.';
    throw new DeliveryFault('CHANNEL_SIGN_IN_REFUSED', message, { permanent: true });
  }
  return apiWith(options, createAppToken({ appId, privateKey, now: new Date() }));
}

/** The path of a repository in the API. Settings and links allow only names that are safe in a path. */
export const projectPath = (project: string) =>
  `/repos/${project.split('/').map(encodeURIComponent).join('/')}`;

function apiWith({ settings, http, signal }: AccessOptions, token: string): ForgeApi {
  return createForgeApi({
    title: 'GitHub',
    apiUrl: apiUrlOf(settings),
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${token}`,
      // GitHub refuses requests without one.
      'user-agent': 'matre',
      'x-github-api-version': '2022-11-28',
    },
    secrets: [token],
    http,
    signal,
    faultOf,
  });
}

function faultOf(answer: ForgeAnswer, reason: string): DeliveryFault {
  const { status } = answer;
  const wait = retryAfterMs(answer, Date.now());
  // The primary and the secondary limit answer with either status; only a missing right has neither header nor these words.
  if (status === 429 || (status === 403 && (wait !== undefined || /rate limit|abuse/i.test(reason)))) {
    return new DeliveryFault('CHANNEL_BUSY', `GitHub asks to wait: ${reason}`, {
      permanent: false,
      retryAfterMs: wait ?? usualWaitMs,
    });
  }
  const refuse = (code: FaultCode, message: string) => new DeliveryFault(code, message, { permanent: true });
  if (status === 403 && /locked|archived/i.test(reason))
    return refuse('MESSAGE_REFUSED', `GitHub refuses: ${reason}`);
  if (status === 422 && /no commit found/i.test(reason)) {
    // A fault of this message alone: the next one may be for another commit.
    return refuse('MESSAGE_REFUSED', `The commit is not in the repository: ${reason}`);
  }
  if (status === 422 && /permissions requested are not granted/i.test(reason)) {
    return refuse(
      'CHANNEL_SIGN_IN_REFUSED',
      `The App lacks a right (docs/statuses.md lists them): ${reason}`,
    );
  }
  return refusalOfForge('GitHub', status, reason) ?? refuse('MESSAGE_REFUSED', `GitHub refuses: ${reason}`);
}
