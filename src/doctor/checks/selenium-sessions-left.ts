import { delay } from '../../async/delay.ts';
import type { Selenium } from '../../selenium/selenium.ts';
import { deadSessions } from '../../selenium/sessions.ts';
import { type Check, ok, problem, problemsOrOk, unknown } from '../check.ts';
import { limitsOf } from '../limits.ts';
import { forgetSelenium, inspectSelenium } from '../probes/selenium.ts';

/** Whose a session is, its name says. Sessions of others are not touched, and not counted here. */
export const seleniumSessionsLeft: Check = {
  name: 'selenium-sessions-left',
  description: 'sessions of ours whose run is over, and sessions that nobody can tell the owner of',
  symptoms: ['Selenium sessions are left over or used up', 'browsers stay open after a worker was killed'],
  codes: ['SELENIUM_SESSIONS_LEFT', 'SELENIUM_FULL'],
  fix: 'ends those of ours',

  async run(context) {
    const { config, containers, runningClaims } = context;
    // In this order: a run is known before its first session is.
    const seen = await inspectSelenium(context);
    if (seen.kind === 'not-used') return [ok('There are none: the tests of the image open no browser.')];
    if (seen.kind === 'reached-by-containers') {
      return [ok('They could not be looked at: this process does not reach Selenium, which containers do.')];
    }
    if (seen.kind === 'unreachable')
      return [unknown(`They could not be looked at: ${seen.message}`, seen.about)];
    const { selenium, status } = seen;
    const { sessions, capacity } = status;
    const { installation } = await containers();
    const dead = deadSessions(sessions, { installation, running: await runningClaims() });
    const problems = dead.map(({ id, label }) =>
      problem('SELENIUM_SESSIONS_LEFT', `Session ${id} (${label}) belongs to a run that is over.`, {
        about: selenium.address,
        async repair() {
          const ended = await selenium.end(id);
          await waitUntilUnlisted(selenium, id, limitsOf(config).seleniumMs);
          forgetSelenium(context);
          return ended ? `Session ${id} was ended.` : `Session ${id} was gone.`;
        },
      }),
    );
    const strangers = sessions.filter(({ label }) => !label?.startsWith(`matre.${installation}.`)).length;
    if (capacity !== undefined && strangers >= capacity) {
      const remedy = `Add nodes, or end what is left over: curl -X DELETE ${selenium.address}/session/ID`;
      const message = `All ${capacity} sessions are in use by others than this installation of matre.`;
      problems.push(problem('SELENIUM_FULL', message, { about: selenium.address, remedy }));
    }
    return problemsOrOk(
      problems,
      `${sessions.length} sessions are open, ${strangers} of them not ours; none is left over.`,
    );
  },
};

/** A grid lists a session for a moment after it was ended; the doctor would find it again. */
async function waitUntilUnlisted(selenium: Selenium, id: string, limitMs: number): Promise<void> {
  for (const startedAt = performance.now(); performance.now() - startedAt < limitMs; ) {
    const { sessions } = await selenium.status();
    if (!sessions.some((session) => session.id === id)) return;
    await delay(50);
  }
}
