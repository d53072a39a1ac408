import type { SeleniumStatus } from '../../selenium/selenium.ts';
import { type Check, ok, problem } from '../check.ts';
import { inspectSelenium } from '../probes/selenium.ts';

/** Each run checks this again, from its container, before its first test. */
export const seleniumAway: Check = {
  name: 'selenium-away',
  labels: { subject: 'Selenium', ok: 'Selenium responds', problem: 'Selenium does not respond' },
  description:
    'the status of Selenium, requested by this process, else by containers: its nodes, and the browser sessions in use',
  symptoms: ["Can't connect to WebDriver at ...", 'New session request timed out', 'no free slots'],
  codes: ['SELENIUM_UNREACHABLE', 'SELENIUM_FULL'],

  async run(context) {
    const inspection = await inspectSelenium(context);
    if (inspection.kind === 'not-used') return [ok('The tests of the image open no browser.')];
    if (inspection.kind === 'unreachable') {
      const { about, message } = inspection;
      return [problem('SELENIUM_UNREACHABLE', message, { about })];
    }
    if (inspection.kind === 'reached-by-containers') {
      return inspection.addresses.map((address) =>
        ok('Containers can reach it; this process cannot.', address),
      );
    }
    const { status } = inspection;
    const about = inspection.selenium.address;
    if (status.kind === 'grid' && status.capacity === 0) {
      const remedy = 'Start a node, and check that it finds the hub (SE_EVENT_BUS_HOST).';
      return [
        problem('SELENIUM_UNREACHABLE', `The grid at ${about} has no node that is up.`, { about, remedy }),
      ];
    }
    return [ok(describe(status), about)];
  },
};

function describe({ kind, capacity, sessions }: SeleniumStatus): string {
  if (kind === 'grid') return `A grid with ${sessions.length} of ${capacity} browser sessions in use.`;
  return `A driver without a grid, with ${sessions.length} browser sessions in use; it has no limit.`;
}
