import { labelSwitch, type SessionOwner, sessionLabel } from '../../selenium/session-label.ts';
import type { Sessions } from '../../selenium/sessions.ts';

/** The sessions of the browser that the processes of a run open. */
export interface RunSessions {
  /** For one more process: its options of Codeception, by which its sessions carry a name. */
  next(): { options: string[]; endLeft(): Promise<void> };
}

const capabilities =
  'modules: config: \\Magento\\FunctionalTestingFramework\\Module\\MagentoWebDriver: capabilities';

/**
 * Names the sessions of each process of a run. Codeception lays what `-o` says under the configuration of the suite: `se:name`
 * is kept by a Selenium Grid for whoever looks at its sessions (and ignored by drivers), and a switch that Chrome does not know is
 * all that a chromedriver alone can show of whose a session is. Options of Chrome would offend other browsers.
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
        options: ['-o', `${capabilities}: se:name: ${label}`, ...args],
        endLeft: () => endLabelled(label),
      };
    },
  };
}
