/** Codes of reports. They are part of the registry in `fault.ts`. */

const infrastructure = (status: number, meaning: string, remedy: string) =>
  ({ kind: 'infrastructure', status, transient: false, meaning, remedy }) as const;

export const reportFaults = {
  ALLURE_MISSING: infrastructure(
    501,
    'The report of Allure cannot be made; no run is affected, and all other reports work.',
    'Install it beside matre: `npm install allure@3` (globally: `npm install --global allure@3`), without a restart.',
  ),
  ALLURE_FAILED: infrastructure(
    500,
    'The report of Allure was not made; no run is affected, and all other reports work.',
    'Write the result files with `matre report ID --allure FOLDER`, and run `npx allure generate FOLDER` to see more.',
  ),
  ALLURE_BUSY: {
    kind: 'usage',
    status: 429,
    transient: false,
    meaning: 'Each report of Allure takes a processor for seconds, so one is made at a time.',
    remedy: 'Open the report again in a minute.',
  },
} as const;
