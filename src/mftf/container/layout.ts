import type { PlannedTest } from '../../model/selection.ts';
import { cestFile } from '../catalog/names.ts';

/**
 * Where things are in a Magento tree with MFTF, as absolute paths in the container.
 * Source of every path: MFTF 3.8 and 5.3 on Magento 2.4.4, see docs/mftf.md.
 */
export interface Layout {
  /** The Magento root, `/var/www/html` by default. */
  root: string;
  /** `dev/tests/acceptance`: where codecept runs and `.env`, `.credentials` and `codeception.yml` lie. */
  acceptance: string;
  /** Where generation puts the Cest files; a tmpfs. */
  generated: string;
  /** Classes of suites with before and after; generation writes them into vendor. */
  suiteClasses: string;
  mftf: string;
  codecept: string;
  /** The test module as MFTF sees it: a real folder, because MFTF resolves links and bakes the real path in. */
  module: string;
}

export function createLayout(root: string, moduleTarget: string): Layout {
  const acceptance = `${root}/dev/tests/acceptance`;
  return {
    root,
    acceptance,
    generated: `${acceptance}/tests/functional/Magento/_generated`,
    suiteClasses: `${root}/vendor/magento/magento2-functional-testing-framework/src/Magento/FunctionalTestingFramework/Group`,
    mftf: `${root}/vendor/bin/mftf`,
    codecept: `${root}/vendor/bin/codecept`,
    module: `${root}/${moduleTarget}`,
  };
}

/** The folder of a suite's Cest files below `generated`; tests without a suite are in `default`. */
export function generatedFolder(suite: string | undefined): string {
  return suite ?? 'default';
}

/** The file that generation writes for a test, below `generated`. */
export function generatedFile(test: PlannedTest): string {
  return `${generatedFolder(test.suite)}/${cestFile(test.name)}`;
}
