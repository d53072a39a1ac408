import { delay } from '../../async/delay.ts';
import type { Selenium } from '../../selenium/selenium.ts';
import { leftoverSessions } from '../../selenium/sessions.ts';
import { type Check, ok, problem, problemsOrOk, unknown } from '../check.ts';
import { limitsOf } from '../limits.ts';
import { forgetSelenium, inspectSelenium } from '../probes/selenium.ts';

/** The label of a session names its installation and run. Sessions of other clients are never ended. */
export const seleniumSessionsLeft: Check = {
  name: 'selenium-sessions-left',
  labels: {
    subject: 'the browser sessions',
    ok: 'no browser session is left over',
    problem: 'browser sessions are left over',
  },
  description: 'our browser sessions whose run has ended, and whether other clients use all sessions',
  symptoms: ['Selenium sessions are left over or used up', 'browsers stay open after a worker was killed'],
  codes: ['SELENIUM_SESSIONS_LEFT', 'SELENIUM_FULL'],
  fix: 'ends our sessions whose run has ended',

  async run(context) {
    const { config, containers, runningClaims } = context;
    // Sessions before runs: a run is claimed before its first session opens.
    const inspection = await inspectSelenium(context);
    if (inspection.kind === 'not-used')
      return [ok('No session is needed: the tests of the image open no browser.')];
    if (inspection.kind === 'reached-by-containers') {
      return [ok('Sessions could not be checked: this process cannot reach Selenium. Containers can.')];
    }
    if (inspection.kind === 'unreachable')
      return [unknown(`Sessions could not be checked: ${inspection.message}`, inspection.about)];
    const { selenium, status } = inspection;
    const { sessions, capacity } = status;
    const { installation } = await containers();
    const leftover = leftoverSessions(sessions, { installation, running: await runningClaims() });
    const problems = leftover.map(({ id, label }) =>
      problem('SELENIUM_SESSIONS_LEFT', `Session ${id} (${label}) belongs to a run that has ended.`, {
        about: selenium.address,
        async repair() {
          const ended = await selenium.end(id);
          await waitUntilUnlisted(selenium, id, limitsOf(config).seleniumMs);
          forgetSelenium(context);
          return ended ? `Ended session ${id}.` : `Session ${id} had ended already.`;
        },
      }),
    );
    const foreign = sessions.filter(({ label }) => !label?.startsWith(`matre.${installation}.`)).length;
    // A grid without nodes is not full: `selenium-away` reports it.
    if (capacity !== undefined && capacity > 0 && foreign >= capacity) {
      const remedy = `Add nodes, or end sessions that are left over: curl -X DELETE ${selenium.address}/session/ID`;
      const message = `All ${capacity} sessions are used by clients other than this installation of matre.`;
      problems.push(problem('SELENIUM_FULL', message, { about: selenium.address, remedy }));
    }
    return problemsOrOk(
      problems,
      `Open sessions: ${sessions.length}, ${foreign} of them of other clients. None is left over.`,
    );
  },
};

/** A grid lists a session for a moment after it was ended; without the wait the doctor would report it again. */
async function waitUntilUnlisted(selenium: Selenium, id: string, timeoutMs: number): Promise<void> {
  for (const startedAt = performance.now(); performance.now() - startedAt < timeoutMs; ) {
    const { sessions } = await selenium.status();
    if (!sessions.some((session) => session.id === id)) return;
    await delay(50);
  }
}
