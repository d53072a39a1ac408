import { shopOutageReason } from '../../mftf/run/preflight.ts';
import { joinBaseUrl } from '../../model/address/base-url.ts';
import type { Environment } from '../../model/environment.ts';
import { type Check, type Finding, problem, problemsOrOk } from '../check.ts';
import type { CheckContext } from '../check-context.ts';
import { type RequestShop, withShopRequests } from '../probes/shop.ts';

/** Each run checks this again, from its container, before its first test. */
export const shopAway: Check = {
  name: 'shop-away',
  description:
    'the base URL of each environment, requested from its container, or from where its container would be',
  symptoms: ['net::ERR_CONNECTION_REFUSED', 'Failed to connect to ... port 443', '503 Service Unavailable'],
  codes: ['MAGENTO_UNREACHABLE'],

  async run(context) {
    const { environments } = context;
    const problems = await withShopRequests(context, (request) =>
      Promise.all(environments.map((environment) => inspectShop(context, environment, request))),
    );
    return problemsOrOk(problems.flat(), `All ${environments.length} shops respond.`);
  },
};

async function inspectShop(
  context: CheckContext,
  environment: Environment,
  request: RequestShop,
): Promise<Finding[]> {
  const { baseUrl, code } = environment;
  // Without them a gateway may answer 401 for a shop that is down. Another check reports a wrong secret key.
  const credentials = await context.shopCredentials(environment).catch(() => undefined);
  const response = await request(environment, { url: joinBaseUrl({ url: baseUrl, credentials }) });
  const reason = shopOutageReason(response);
  if (reason === undefined) return [];
  return [
    problem('MAGENTO_UNREACHABLE', `${baseUrl} ${reason}, requested ${response.from}.`, {
      about: code,
      remedy: `curl -sSI ${credentials === undefined ? '' : '-u USER '}${baseUrl}; then fix the shop, or matre env edit ${code} --base-url URL, or matre env pause ${code}`,
    }),
  ];
}
