import { shopOutageReason } from '../../mftf/run/preflight.ts';
import type { Environment } from '../../model/environment.ts';
import { type Check, type Finding, orOk, problem } from '../check.ts';
import type { CheckContext } from '../check-context.ts';
import { limitsOf } from '../limits.ts';
import { askAddress } from '../probes/address.ts';
import { containersOf } from '../probes/containers.ts';

/** Each run asks again, from its container, before its first test. */
export const shopAway: Check = {
  name: 'shop-away',
  description:
    'the base URL of each environment, from this host and, where that has no answer, from its container',
  symptoms: ['net::ERR_CONNECTION_REFUSED', 'Failed to connect to ... port 443', '503 Service Unavailable'],
  codes: ['MAGENTO_UNREACHABLE'],

  async look(checkContext) {
    const { environments } = checkContext;
    const found = await Promise.all(environments.map((environment) => lookAt(checkContext, environment)));
    return orOk(found.flat(), `All ${environments.length} shops answer.`);
  },
};

async function lookAt(checkContext: CheckContext, environment: Environment): Promise<Finding[]> {
  const { baseUrl, code } = environment;
  const here = silence(await askAddress(baseUrl, { timeoutMs: limitsOf(checkContext.config).shopMs }));
  if (here === undefined) return [];
  const inside = await fromContainer(checkContext, environment);
  if (inside === 'answers') return [];
  const from = inside === undefined ? 'from this host' : 'from this host and from its container';
  return [
    problem('MAGENTO_UNREACHABLE', `${baseUrl} ${inside ?? here}, asked ${from}.`, {
      about: code,
      remedy: `curl -sSI ${baseUrl}; then mend the shop, or matre env edit ${code} --base-url URL, or matre env pause ${code}`,
    }),
  ];
}

/** Names and hosts of a container may differ from ours. `undefined` when it has none that runs, or cannot be asked. */
async function fromContainer(
  checkContext: CheckContext,
  { id, baseUrl }: Environment,
): Promise<string | 'answers' | undefined> {
  try {
    const { fetchInside } = await checkContext.containers();
    const all = await containersOf(checkContext);
    const container = all.find(({ environmentId, state }) => environmentId === id && state === 'running');
    if (!container) return undefined;
    const answer = (
      await fetchInside(container.name, [
        { url: baseUrl, seconds: limitsOf(checkContext.config).containerSeconds },
      ])
    ).get(baseUrl);
    return answer && (shopOutageReason(answer) ?? 'answers');
  } catch {
    return undefined;
  }
}

function silence({
  status,
  error,
}: {
  status: number | undefined;
  error: string | undefined;
}): string | undefined {
  return error === undefined ? shopOutageReason({ status, error }) : `does not answer (${error})`;
}
