/** Codes of tests of Playwright. They are part of the registry in `fault.ts`. */

const infrastructure = (meaning: string, remedy: string) =>
  ({ kind: 'infrastructure', status: 409, transient: false, meaning, remedy }) as const;

export const playwrightFaults = {
  PLAYWRIGHT_NOT_SET: {
    kind: 'usage',
    status: 409,
    transient: false,
    meaning: 'Tests of Playwright are selected, and matre does not know their project.',
    remedy: 'Set MATRE_PLAYWRIGHT to the folder of the project in a test module (docs/playwright.md).',
  },
  PLAYWRIGHT_PROJECT_MISSING: infrastructure(
    'No test module of the environment has the Playwright project, so nothing was executed.',
    'Correct MATRE_PLAYWRIGHT, or commit package.json to the folder that it names (docs/playwright.md).',
  ),
  PLAYWRIGHT_LOCK_MISSING: infrastructure(
    'Without a lock file each run could get other packages, so nothing was executed.',
    'Run `npm install` in the project, and commit package-lock.json.',
  ),
  PLAYWRIGHT_NODE_MISSING: infrastructure(
    'The image has no Node, which Playwright needs, so nothing was executed.',
    'Build the image with Node 20 or newer and npm (docs/playwright.md).',
  ),
  PLAYWRIGHT_INSTALL_FAILED: {
    ...infrastructure(
      'The packages of the Playwright project are not installed, so nothing was executed.',
      'See what npm printed in the log of the run: the registry must be reachable from the container, and package-lock.json must fit package.json.',
    ),
    transient: true,
  },
  PLAYWRIGHT_PROJECT_INVALID: infrastructure(
    'Playwright cannot list the tests of the project, so nothing was executed.',
    'Correct what the message names; `npx playwright test --list` in the project shows the same.',
  ),
  PLAYWRIGHT_BROWSER_MISSING: infrastructure(
    'Playwright found no browser in the container, so the test says nothing about the shop.',
    'Set MATRE_PLAYWRIGHT_BROWSER to a Chromium in the image, or build the image with the browsers of Playwright (docs/playwright.md).',
  ),
} as const;
