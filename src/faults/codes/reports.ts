/** Codes of reports. They are part of the registry in `fault.ts`. */
import { infrastructure, usage } from '../fault-entry.ts';

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
  ALLURE_BUSY: usage(
    429,
    'Each report of Allure takes a processor for seconds, so one is made at a time, and one for each user.',
    'Open the report again in a minute.',
  ),
  ALLURE_TOO_LARGE: usage(
    413,
    'The page of Allure would need more memory than it may have; no run is affected, and all other reports work.',
    'Open the report of fewer runs, or write the result files with `matre report ID --allure FOLDER`.',
  ),
};
