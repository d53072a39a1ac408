import { commandAddress, commandProblem } from '../../mftf/run/command-address.ts';
import { joinBaseUrl, splitBaseUrl } from '../../model/address/base-url.ts';
import type { Environment } from '../../model/environment.ts';
import { type Check, type Finding, problemsOrOk, warning } from '../check.ts';
import type { CheckContext } from '../check-context.ts';
import { type RequestShop, withShopRequests } from '../probes/shop.ts';

/** A warning: only tests with Magento commands need it. */
export const commandMissing: Check = {
  name: 'command-missing',
  description: "whether each shop serves MFTF's command.php, to which tests send Magento commands",
  symptoms: ['Error HTTP response code: 404', 'a step `magento cli` fails'],
  codes: ['MAGENTO_COMMAND_MISSING'],

  async run(context) {
    const { environments } = context;
    const findings = await withShopRequests(context, (request) =>
      Promise.all(environments.map((environment) => inspectCommand(context, environment, request))),
    );
    return problemsOrOk(findings.flat(), `No shop of ${environments.length} refuses command.php.`);
  },
};

async function inspectCommand(
  context: CheckContext,
  environment: Environment,
  request: RequestShop,
): Promise<Finding[]> {
  const { baseUrl, code } = environment;
  const credentials = await context.shopCredentials(environment).catch(() => undefined);
  const values = await context
    .containers()
    .then(({ valuesOf }) => valuesOf(environment))
    // Another check reports what is wrong with the module.
    .catch(() => []);
  const address = commandAddress(joinBaseUrl({ url: baseUrl, credentials }), values);
  const reason = commandProblem(await request(environment, { url: address }));
  if (reason === undefined) return [];
  return [warning('MAGENTO_COMMAND_MISSING', `${splitBaseUrl(address).url} ${reason}.`, { about: code })];
}
