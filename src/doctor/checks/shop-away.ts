import { shopOutageReason } from '../../mftf/run/preflight.ts';
import type { Environment } from '../../model/environment.ts';
import { listNames } from '../../model/selection.ts';
import { type Check, type Finding, ok, problem, problemsOrOk } from '../check.ts';
import type { CheckContext } from '../check-context.ts';
import { addressOfShop, requestShop } from '../probes/shop.ts';

/** Each run checks this again, from its container, before its first test. */
export const shopAway: Check = {
  name: 'shop-away',
  labels: { subject: 'the shops', ok: 'all shops respond', problem: 'the shop does not respond' },
  description:
    'the base URL of each environment, requested from its container, or from where its container would be',
  symptoms: ['net::ERR_CONNECTION_REFUSED', 'Failed to connect to ... port 443', '503 Service Unavailable'],
  codes: ['MAGENTO_UNREACHABLE'],

  async run(context) {
    const { environments, shops } = context;
    const problems = await Promise.all(shops.map((environment) => inspectShop(context, environment)));
    const findings = problemsOrOk(problems.flat(), `All ${shops.length} shops respond.`);
    const left = environments.flatMap(({ code, paused }) =>
      paused && shops.length < environments.length ? [code] : [],
    );
    return left.length === 0
      ? findings
      : [...findings, ok(`Shops of paused environments are not checked: ${listNames(left, left.length)}.`)];
  },
};

async function inspectShop(context: CheckContext, environment: Environment): Promise<Finding[]> {
  const { baseUrl, code } = environment;
  // With its credentials, without which a gateway may answer 401 for a shop that is down.
  const url = await addressOfShop(context, environment);
  const response = await requestShop(context, environment, { url });
  const reason = shopOutageReason(response);
  if (reason === undefined) return [];
  return [
    problem('MAGENTO_UNREACHABLE', `${baseUrl} ${reason}, requested ${response.from}.`, {
      about: code,
      remedy: `curl -sSI ${url === baseUrl ? '' : '-u USER '}${baseUrl}; then fix the shop, or matre env edit ${code} --base-url URL, or matre env pause ${code}`,
    }),
  ];
}
