import { shopOutageReason } from '../../mftf/run/preflight.ts';
import { joinBaseUrl } from '../../model/address/base-url.ts';
import type { Environment } from '../../model/environment.ts';
import { type Check, type Finding, problem, problemsOrOk } from '../check.ts';
import type { CheckContext } from '../check-context.ts';
import { limitsOf } from '../limits.ts';
import { requestAddress } from '../probes/address.ts';
import { inspectContainers } from '../probes/containers.ts';

/** Each run checks this again, from its container, before its first test. */
export const shopAway: Check = {
  name: 'shop-away',
  description:
    'the base URL of each environment, requested from this host and, without a response, from its container',
  symptoms: ['net::ERR_CONNECTION_REFUSED', 'Failed to connect to ... port 443', '503 Service Unavailable'],
  codes: ['MAGENTO_UNREACHABLE'],

  async run(context) {
    const { environments } = context;
    const problems = await Promise.all(environments.map((environment) => inspectShop(context, environment)));
    return problemsOrOk(problems.flat(), `All ${environments.length} shops respond.`);
  },
};

async function inspectShop(context: CheckContext, environment: Environment): Promise<Finding[]> {
  const { baseUrl, code } = environment;
  // Without them a gateway may answer 401 for a shop that is down. Another check reports a wrong secret key.
  const credentials = await context.shopCredentials(environment).catch(() => undefined);
  const hostFailure = failureOf(
    await requestAddress(baseUrl, { timeoutMs: limitsOf(context.config).shopMs, credentials }),
  );
  if (hostFailure === undefined) return [];
  const container = await requestFromContainer(context, environment, credentials);
  if (container === 'responds') return [];
  const from = container === undefined ? 'from this host' : 'from this host and from its container';
  return [
    problem('MAGENTO_UNREACHABLE', `${baseUrl} ${container ?? hostFailure}, requested ${from}.`, {
      about: code,
      remedy: `curl -sSI ${credentials === undefined ? '' : '-u USER '}${baseUrl}; then fix the shop, or matre env edit ${code} --base-url URL, or matre env pause ${code}`,
    }),
  ];
}

/**
 * Name resolution in a container may differ from ours. Returns why the shop does not respond there; `undefined` without a running
 * container, or when it cannot make requests.
 */
async function requestFromContainer(
  context: CheckContext,
  { id, baseUrl }: Environment,
  credentials: string | undefined,
): Promise<string | 'responds' | undefined> {
  try {
    const { fetchInside } = await context.containers();
    const containers = await inspectContainers(context);
    const container = containers.find(
      ({ environmentId, state }) => environmentId === id && state === 'running',
    );
    if (!container) return undefined;
    const answer = (
      await fetchInside(container.name, [
        {
          url: joinBaseUrl({ url: baseUrl, credentials }),
          seconds: limitsOf(context.config).containerSeconds,
        },
      ])
    ).get(baseUrl);
    return answer && (shopOutageReason(answer) ?? 'responds');
  } catch {
    return undefined;
  }
}

/** Why the shop does not respond, as the rest of a sentence; `undefined` when it does. */
function failureOf({
  status,
  error,
}: {
  status: number | undefined;
  error: string | undefined;
}): string | undefined {
  return error === undefined ? shopOutageReason({ status, error }) : `does not respond (${error})`;
}
