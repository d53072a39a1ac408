import type { FetchRequest } from '../../mftf/container/fetch.ts';
import { splitBaseUrl } from '../../model/address/base-url.ts';
import type { Environment } from '../../model/environment.ts';
import type { CheckContext, ContainersContext } from '../check-context.ts';
import { limitsOf } from '../limits.ts';
import { type AddressResponse, requestAddress } from './address.ts';
import { inspectContainers } from './containers.ts';

/** The response of a shop, and the place that asked for it, as the end of a sentence: `from its container`. */
export interface ShopResponse extends AddressResponse {
  from: string;
}

/** Requests an address of the shop of an environment; the address may have credentials. Never rejects: see `error`. */
export type RequestShop = (
  environment: Environment,
  request: Omit<FetchRequest, 'seconds'>,
) => Promise<ShopResponse>;

/**
 * Calls `work` with a function that asks a shop from where its tests do: from the container of its environment. Without one, from this
 * host; when the host gets no response, from a temporary container, because names and networks in containers may differ
 * (MATRE_EXTRA_HOSTS). That container is removed in the end.
 */
export async function withShopRequests<T>(
  context: CheckContext,
  work: (request: RequestShop) => Promise<T>,
): Promise<T> {
  let temporary: ReturnType<ContainersContext['temporaryContainer']> | undefined;
  const openTemporary = async ({ temporaryContainer }: ContainersContext) => {
    temporary ??= temporaryContainer();
    return (await temporary).id;
  };
  try {
    return await work(async (environment, request) => {
      const own = await ownContainer(context, environment);
      const fromOwn = own && (await requestInside(context, async () => own, request));
      if (fromOwn) return { ...fromOwn, from: 'from its container' };
      const { url, credentials } = splitBaseUrl(request.url);
      const fromHost = await requestAddress(url, {
        timeoutMs: limitsOf(context.config).shopMs,
        credentials,
        ...(request.bearer !== undefined && { bearer: request.bearer }),
        ...(request.json !== undefined && { method: 'POST', json: request.json }),
      });
      if (fromHost.error === undefined) return { ...fromHost, from: 'from this host' };
      const fromTemporary = await requestInside(context, openTemporary, request);
      if (fromTemporary) return { ...fromTemporary, from: 'from a container' };
      return { ...fromHost, from: 'from this host' };
    });
  } finally {
    const container = await temporary?.catch(() => undefined);
    await container?.dispose().catch(() => undefined);
  }
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
  container: (containers: ContainersContext) => Promise<string>,
  request: Omit<FetchRequest, 'seconds'>,
): Promise<AddressResponse | undefined> {
  try {
    const containers = await context.containers();
    const seconds = limitsOf(context.config).containerSeconds;
    const results = await containers.fetchInside(await container(containers), [{ ...request, seconds }]);
    return results.get(splitBaseUrl(request.url).url);
  } catch {
    return undefined;
  }
}
