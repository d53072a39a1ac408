import { labelSwitch, type SessionOwner, sessionLabel } from '../../selenium/session-label.ts';
import type { Sessions } from '../../selenium/sessions.ts';

/** Labels the browser sessions of a run's processes. */
export interface RunSessions {
  /** For the next process: the options of Codeception that label its sessions, and a function that ends them. */
  next(): { label: string; options: string[]; endLeft(): Promise<void> };
}

const capabilities =
  'modules: config: \\Magento\\FunctionalTestingFramework\\Module\\MagentoWebDriver: capabilities';

/**
 * Labels the sessions of each process of a run. Codeception adds the `-o` options to the configuration of the suite: a Selenium
 * Grid shows `se:name` with its sessions (drivers ignore it), and a standalone chromedriver can show only an unknown switch of
 * Chrome. Other browsers would reject options of Chrome.
 */
export function createRunSessions(
  owner: SessionOwner,
  { chrome, endLabelled }: { chrome: boolean; endLabelled: Sessions['endLabelled'] },
): RunSessions {
  let processes = 0;
  return {
    next() {
      processes += 1;
      const label = sessionLabel(owner, processes);
      const args = chrome
        ? ['-o', `${capabilities}: goog:chromeOptions: args: ["${labelSwitch}${label}"]`]
        : [];
      return {
        label,
        options: ['-o', `${capabilities}: se:name: ${label}`, ...args],
        endLeft: () => endLabelled(label),
      };
    },
  };
}
