import { whyShopSilent } from '../../mftf/run/preflight.ts';
import type { Environment } from '../../model/environment.ts';
import { type Check, type Finding, orWell, problem } from '../check.ts';
import type { Examined } from '../check-context.ts';
import { limitsOf } from '../limits.ts';
import { askAddress } from '../probes/address.ts';
import { containersOf } from '../probes/containers.ts';

/** Each run asks again, from its container, before its first test. */
export const shopAway: Check = {
  name: 'shop-away',
  looksAt:
    'the base URL of each environment, from this host and, where that has no answer, from its container',
  seenAs: ['net::ERR_CONNECTION_REFUSED', 'Failed to connect to ... port 443', '503 Service Unavailable'],
  codes: ['MAGENTO_UNREACHABLE'],

  async look(examined) {
    const { environments } = examined;
    const found = await Promise.all(environments.map((environment) => lookAt(examined, environment)));
    return orWell(found.flat(), `All ${environments.length} shops answer.`);
  },
};

async function lookAt(examined: Examined, environment: Environment): Promise<Finding[]> {
  const { baseUrl, code } = environment;
  const here = silence(await askAddress(baseUrl, { timeoutMs: limitsOf(examined.config).shopMs }));
  if (here === undefined) return [];
  const inside = await fromContainer(examined, environment);
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
  examined: Examined,
  { id, baseUrl }: Environment,
): Promise<string | 'answers' | undefined> {
  try {
    const { fetchInside } = await examined.containers();
    const all = await containersOf(examined);
    const container = all.find(({ environmentId, state }) => environmentId === id && state === 'running');
    if (!container) return undefined;
    const answer = (
      await fetchInside(container.name, [
        { url: baseUrl, seconds: limitsOf(examined.config).containerSeconds },
      ])
    ).get(baseUrl);
    return answer && (whyShopSilent(answer) ?? 'answers');
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
  return error === undefined ? whyShopSilent({ status, error }) : `does not answer (${error})`;
}
