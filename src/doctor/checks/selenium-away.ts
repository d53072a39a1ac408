import type { SeleniumStatus } from '../../selenium/selenium.ts';
import { type Check, ok, problem } from '../check.ts';
import { inspectSelenium } from '../probes/selenium.ts';

/** Each run asks again, from its container, before its first test. */
export const seleniumAway: Check = {
  name: 'selenium-away',
  description:
    'the status of Selenium, as this process reaches it, else as containers do: its nodes, and how many sessions are in use',
  symptoms: ["Can't connect to WebDriver at ...", 'New session request timed out', 'no free slots'],
  codes: ['SELENIUM_UNREACHABLE', 'SELENIUM_FULL'],

  async run(context) {
    const seen = await inspectSelenium(context);
    if (seen.kind === 'not-used') return [ok('The tests of the image open no browser.')];
    if (seen.kind === 'unreachable') {
      const { about, message } = seen;
      return [problem('SELENIUM_UNREACHABLE', message, { about })];
    }
    if (seen.kind === 'reached-by-containers') {
      return seen.addresses.map((address) => ok('Containers reach it; this process does not.', address));
    }
    const { status } = seen;
    const about = seen.selenium.address;
    if (status.kind === 'grid' && status.capacity === 0) {
      const remedy = 'Start a node, and look whether it finds the hub (SE_EVENT_BUS_HOST).';
      return [
        problem('SELENIUM_UNREACHABLE', `The grid at ${about} has no node that is up.`, { about, remedy }),
      ];
    }
    return [ok(describe(status), about)];
  },
};

function describe({ kind, capacity, sessions }: SeleniumStatus): string {
  if (kind === 'grid') return `A grid, ${sessions.length} of ${capacity} sessions in use.`;
  return `A driver without a grid, ${sessions.length} sessions in use; it has no limit of its own.`;
}
