import { commandAddress, commandProblem } from '../../mftf/run/command-address.ts';
import { splitBaseUrl } from '../../model/address/base-url.ts';
import type { Environment } from '../../model/environment.ts';
import { type Check, type Finding, problemsOrOk, warning } from '../check.ts';
import type { CheckContext } from '../check-context.ts';
import { addressOfShop, requestShop } from '../probes/shop.ts';
import { valuesOfShop } from '../probes/sign-in.ts';

/** A warning: only tests with Magento commands need it. */
export const commandMissing: Check = {
  name: 'command-missing',
  labels: {
    subject: 'command.php',
    ok: 'all shops serve command.php',
    problem: 'the shop does not serve command.php',
  },
  description: "whether each shop serves MFTF's command.php, to which tests send Magento commands",
  symptoms: ['Error HTTP response code: 404', 'a step `magento cli` fails'],
  codes: ['MAGENTO_COMMAND_MISSING'],

  async run(context) {
    const { shops } = context;
    const findings = await Promise.all(shops.map((environment) => inspectCommand(context, environment)));
    return problemsOrOk(findings.flat(), `No shop of ${shops.length} refuses command.php.`);
  },
};

async function inspectCommand(context: CheckContext, environment: Environment): Promise<Finding[]> {
  const baseUrl = await addressOfShop(context, environment);
  // Without the values, which another check reports, it is at the default path.
  const values = await valuesOfShop(context, environment).catch(() => []);
  const url = commandAddress(baseUrl, values);
  const reason = commandProblem(await requestShop(context, environment, { url }));
  if (reason === undefined) return [];
  const message = `${splitBaseUrl(url).url} ${reason}.`;
  return [warning('MAGENTO_COMMAND_MISSING', message, { about: environment.code })];
}
