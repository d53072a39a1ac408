import { askModulesWith } from '../../mftf/shop-modules/ask-modules.ts';
import type { Environment } from '../../model/environment.ts';
import { type Check, type Finding, ok, unknown, warning } from '../check.ts';
import type { CheckContext } from '../check-context.ts';
import { requestShop } from '../probes/shop.ts';
import { notCheckedWithoutSignIn, signIn, valuesOfShop } from '../probes/sign-in.ts';

/** Asks each shop for its enabled modules, and stores the answer for the next runs. */
export const modulesUnknown: Check = {
  name: 'modules-unknown',
  labels: {
    subject: 'the enabled modules',
    ok: 'all shops list their modules',
    problem: 'the shop does not list its modules',
  },
  description: 'whether each shop lists its enabled modules, whose tests MFTF reads',
  symptoms: ['no such element: Unable to locate element: #tfa_code'],
  codes: ['MODULES_UNKNOWN'],

  async run(context) {
    if (!context.maySignIn) return [notCheckedWithoutSignIn];
    const asking = context.shops.filter(({ allModules }) => !allModules);
    const perShop = await Promise.all(asking.map((environment) => inspectModules(context, environment)));
    return perShop.length > 0
      ? perShop
      : [ok('No environment needs the list of its shop: the tests of all modules are read.')];
  },
};

async function inspectModules(context: CheckContext, environment: Environment): Promise<Finding> {
  const { code } = environment;
  const outcome = await signIn(context, environment);
  if (outcome.kind === 'values-unknown') return unknown(`Not checked: ${outcome.message}`, code);
  const answer = await askModulesWith(
    outcome,
    (request) => requestShop(context, environment, request),
    await valuesOfShop(context, environment),
  );
  if ('names' in answer) {
    await context.saveModules(environment, answer.names);
    return ok(`The shop has ${answer.names.length} enabled modules.`, code);
  }
  return warning('MODULES_UNKNOWN', `The enabled modules of the shop cannot be listed: ${answer.failure}.`, {
    about: code,
  });
}
