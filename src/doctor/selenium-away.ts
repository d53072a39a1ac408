import type { SeleniumStatus } from '../selenium/selenium.ts';
import { type Check, problem, well } from './check.ts';

/** Each run asks again, from its container, before its first test. */
export const seleniumAway: Check = {
  name: 'selenium-away',
  looksAt: 'the status of Selenium, as this process reaches it: its nodes, and how many sessions are in use',
  seenAs: ["Can't connect to WebDriver at ...", 'New session request timed out', 'no free slots'],
  codes: ['SELENIUM_UNREACHABLE', 'SELENIUM_FULL'],

  async look({ containers }) {
    const selenium = await (await containers()).selenium();
    const status = await selenium.status();
    const about = selenium.address;
    if (status.kind === 'grid' && status.capacity === 0) {
      const remedy = 'Start a node, and look whether it finds the hub (SE_EVENT_BUS_HOST).';
      return [
        problem('SELENIUM_UNREACHABLE', `The grid at ${about} has no node that is up.`, { about, remedy }),
      ];
    }
    return [well(describe(status), about)];
  },
};

function describe({ kind, capacity, sessions }: SeleniumStatus): string {
  if (kind === 'grid') return `A grid, ${sessions.length} of ${capacity} sessions in use.`;
  return `A driver without a grid, ${sessions.length} sessions in use; it has no limit of its own.`;
}
