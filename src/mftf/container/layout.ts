import type { PlannedTest } from '../../model/selection.ts';
import { cestFile } from '../catalog/names.ts';

/**
 * The paths of a Magento tree with MFTF, absolute in the container.
 * Source of every path: MFTF 3.8 and 5.3 on Magento 2.4.4, see docs/mftf.md.
 */
export interface Layout {
  /** The Magento root, `/var/www/html` by default. */
  root: string;
  /** `dev/tests/acceptance`: the working directory of codecept, with `.env`, `.credentials` and `codeception.yml`. */
  acceptance: string;
  /** The generated Cest files; a tmpfs. */
  generated: string;
  /** The generated classes of suites with before and after, in vendor. */
  suiteClasses: string;
  /** Where tests look for what their browser downloaded. */
  downloads: string;
  mftf: string;
  codecept: string;
}

/** The layout of a Magento root. */
export function createLayout(root: string): Layout {
  const acceptance = `${root}/dev/tests/acceptance`;
  return {
    root,
    acceptance,
    generated: `${acceptance}/tests/functional/Magento/_generated`,
    suiteClasses: `${root}/vendor/magento/magento2-functional-testing-framework/src/Magento/FunctionalTestingFramework/Group`,
    downloads: `${acceptance}/tests/_data/downloads`,
    mftf: `${root}/vendor/bin/mftf`,
    codecept: `${root}/vendor/bin/codecept`,
  };
}

/** The folder of a suite's Cest files below `generated`; tests without a suite are in `default`. */
export function generatedFolder(suite: string | undefined): string {
  return suite ?? 'default';
}

/** The generated file of a test, below `generated`. */
export function generatedFile(test: PlannedTest): string {
  return `${generatedFolder(test.suite)}/${cestFile(test.name)}`;
}
