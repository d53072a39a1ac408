import { labelSwitch, type SessionOwner, sessionLabel } from '../../selenium/session-label.ts';
import type { Sessions } from '../../selenium/sessions.ts';

/** Labels the browser sessions of a run's processes. */
export interface RunSessions {
  /** For the next process in a container. */
  next(containerId: string): ProcessSessions;
  /**
   * Reads which sessions the last process in a container has, and which it left to the next process. None is kept there from then on.
   * Returns what ends them, and not those that the next process opens meanwhile. Never rejects, as the function does not.
   */
  releaseLast(containerId: string): Promise<() => Promise<void>>;
}

/** The browser sessions of a process. */
export interface ProcessSessions {
  label: string;
  /** The options of Codeception that label them. */
  options: string[];
  /** Lets the next process in the container have the browser, if browsers are kept: its sessions get the same label. */
  keep(): void;
  /** Ends those that are open. */
  endLeft(): Promise<void>;
}

const capabilities =
  'modules: config: \\Magento\\FunctionalTestingFramework\\Module\\MagentoWebDriver: capabilities';
/** What the tests type would be suggested in the next test: Chrome has no command that clears it. */
const withoutSuggestions = [
  '-o',
  `${capabilities}: goog:chromeOptions: prefs: autofill.profile_enabled: false`,
];

/**
 * Labels the sessions of each process of a run. Codeception adds the `-o` options to the configuration of the suite: a Selenium
 * Grid shows `se:name` with its sessions (drivers ignore it), and a standalone chromedriver can show only an unknown switch of
 * Chrome. Other browsers would reject options of Chrome.
 */
export function createRunSessions(
  owner: SessionOwner,
  {
    chrome,
    keepsBrowsers,
    sessions: { endLabelled, findLabelled },
  }: { chrome: boolean; keepsBrowsers: boolean; sessions: Pick<Sessions, 'endLabelled' | 'findLabelled'> },
): RunSessions {
  let count = 0;
  /** By container: the browser of its last process, and whether the next one may have it. */
  const lastBrowsers = new Map<string, { label: string; isKept: boolean }>();
  /** The containers in which browsers are not kept any more. */
  const containersWithout = new Set<string>();
  const nextLabel = () => {
    count += 1;
    return sessionLabel(owner, count);
  };
  return {
    next(containerId) {
      const last = lastBrowsers.get(containerId);
      const label = last?.isKept ? last.label : nextLabel();
      const browser = { label, isKept: false };
      lastBrowsers.set(containerId, browser);
      const args = chrome
        ? ['-o', `${capabilities}: goog:chromeOptions: args: ["${labelSwitch}${label}"]`]
        : [];
      return {
        label,
        options: [
          ...['-o', `${capabilities}: se:name: ${label}`],
          ...args,
          ...(keepsBrowsers ? withoutSuggestions : []),
        ],
        keep() {
          browser.isKept = keepsBrowsers && !containersWithout.has(containerId);
        },
        endLeft: () => endLabelled(label),
      };
    },

    async releaseLast(containerId) {
      containersWithout.add(containerId);
      const last = lastBrowsers.get(containerId);
      if (!last) return async () => {};
      last.isKept = false;
      return findLabelled(last.label);
    },
  };
}
