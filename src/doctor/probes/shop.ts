import type { FetchRequest } from '../../mftf/container/fetch.ts';
import { joinBaseUrl, splitBaseUrl } from '../../model/address/base-url.ts';
import type { Environment } from '../../model/environment.ts';
import type { CheckContext } from '../check-context.ts';
import { limitsOf } from '../limits.ts';
import { type AddressResponse, requestAddress } from './address.ts';
import { inspectContainers } from './containers.ts';
import { openTemporaryContainer } from './temporary-container.ts';

/** The response of a shop, and the place that asked for it, as the end of a sentence: `from its container`. */
export interface ShopResponse extends AddressResponse {
  from: string;
}

/**
 * Requests an address of the shop of an environment, which may have credentials, from where its tests do: from the container of the
 * environment. Without one, from this host; when the host gets no response, from a temporary container, because names and networks in
 * containers may differ (MATRE_EXTRA_HOSTS). Never rejects: see `error`.
 *
 * The values of a test module may name any host, such as that of the database of matre or of the metadata of a cloud: this host requests
 * the one of the base URL alone, which an admin has set, and containers the others.
 */
export async function requestShop(
  context: CheckContext,
  environment: Environment,
  request: Omit<FetchRequest, 'seconds'>,
): Promise<ShopResponse> {
  const own = await ownContainer(context, environment);
  const fromOwn = own && (await requestInside(context, async () => own, request));
  if (fromOwn) return { ...fromOwn, from: 'from its container' };
  const fromHost = isOfShop(request.url, environment)
    ? await requestFromHost(context, request)
    : { status: undefined, body: '', error: 'only containers request other hosts than that of the base URL' };
  if (fromHost.error === undefined) return { ...fromHost, from: 'from this host' };
  // Requests need the network of the containers, not what is in the image.
  const open = () => openTemporaryContainer(context, context.config.pool.image);
  const fromTemporary = await requestInside(context, open, request);
  if (fromTemporary) return { ...fromTemporary, from: 'from a container' };
  return { ...fromHost, from: 'from this host' };
}

const isOfShop = (address: string, { baseUrl }: Environment) =>
  URL.canParse(address) && URL.canParse(baseUrl) && new URL(address).origin === new URL(baseUrl).origin;

function requestFromHost(
  { config }: CheckContext,
  { url: address, bearer, json }: Omit<FetchRequest, 'seconds'>,
): Promise<AddressResponse> {
  const { url, credentials } = splitBaseUrl(address);
  return requestAddress(url, {
    timeoutMs: limitsOf(config).shopMs,
    credentials,
    ...(bearer !== undefined && { bearer }),
    ...(json !== undefined && { method: 'POST', json }),
  });
}

/** The base URL of the shop of an environment, with its credentials. Another check reports a wrong secret key. */
export async function addressOfShop(context: CheckContext, environment: Environment): Promise<string> {
  const credentials = await context.shopCredentials(environment).catch(() => undefined);
  return joinBaseUrl({ url: environment.baseUrl, credentials });
}

/** The running container of an environment; not one of an older configuration, which the next run replaces. */
async function ownContainer(context: CheckContext, { id }: Environment): Promise<string | undefined> {
  const containers = await inspectContainers(context).catch(() => []);
  return containers.find(
    ({ environmentId, state, stale }) => environmentId === id && state === 'running' && stale === undefined,
  )?.name;
}

/** The response in a container; `undefined` when there is none, or when it cannot make requests. */
async function requestInside(
  context: CheckContext,
  container: () => Promise<string>,
  request: Omit<FetchRequest, 'seconds'>,
): Promise<AddressResponse | undefined> {
  try {
    const containers = await context.containers();
    const seconds = limitsOf(context.config).containerSeconds;
    const results = await containers.fetchInside(await container(), [{ ...request, seconds }]);
    return results.get(splitBaseUrl(request.url).url);
  } catch {
    return undefined;
  }
}
