import { describeDifference } from '../../model/cest-check.ts';
import type { StoredCestCheck } from '../../store/tables/cest-checks.ts';
import { type Check, type Finding, findingOfError, ok, problemsOrOk, warning } from '../check.ts';
import type { CheckContext } from '../check-context.ts';

/** Runs go on with MFTF, so a difference is a warning. */
export const cestsDiffer: Check = {
  name: 'cests-differ',
  labels: {
    subject: 'the Cests of matre',
    ok: 'matre writes the same Cests as MFTF',
    problem: 'matre writes other Cests than MFTF',
  },
  description:
    'the checks of the Cests of matre against those of MFTF, for the images of the environments (MATRE_GENERATION)',
  symptoms: ['The log of a run says that MFTF generates the tests because a check found a difference'],
  codes: ['CESTS_DIFFER'],

  async run(context) {
    if (context.config.mftf.generation !== 'auto') {
      return [ok(`MATRE_GENERATION is ${context.config.mftf.generation}: nothing is checked.`)];
    }
    const checks = await context.cestChecks();
    if (checks.every(({ outcome }) => outcome !== 'different')) {
      return [ok(describeChecks(checks))];
    }
    const images = await imagesInUse(context);
    if ('finding' in images) return [images.finding];
    const differing = [...images.ids].flatMap((id) => {
      const check = checks.find(({ imageId, outcome }) => imageId === id && outcome === 'different');
      return check === undefined ? [] : [warningOf(check)];
    });
    return problemsOrOk(differing, describeChecks(checks));
  },
};

function describeChecks(checks: readonly StoredCestCheck[]): string {
  const same = checks.filter(({ outcome }) => outcome === 'same').length;
  return `Checks without a difference: ${same}.`;
}

function warningOf(check: StoredCestCheck): Finding {
  const where = check.outcome === 'different' ? describeDifference(check.difference) : '';
  const message = `MFTF ${check.mftfVersion} generates the tests of ${check.image}: ${where}`;
  return warning('CESTS_DIFFER', message, { about: check.image });
}

/** The ids of the images that environments have now, or why they are not known. */
async function imagesInUse(
  context: CheckContext,
): Promise<{ ids: ReadonlySet<string> } | { finding: Finding }> {
  try {
    const { engine } = await context.containers();
    const { config, environments } = context;
    const references = new Set(environments.map(({ image }) => image ?? config.pool.image));
    return { ids: new Set(await Promise.all([...references].map((image) => engine.imageId(image)))) };
  } catch (error) {
    return { finding: findingOfError(cestsDiffer.codes, error) };
  }
}
