import { deadSessions } from '../selenium/sessions.ts';
import { type Check, orWell, problem } from './check.ts';

/** Whose a session is, its name says. Sessions of others are not touched, and not counted here. */
export const seleniumSessionsLeft: Check = {
  name: 'selenium-sessions-left',
  looksAt: 'sessions of ours whose run is over, and sessions that nobody can tell the owner of',
  seenAs: ['Selenium sessions are left over or used up', 'browsers stay open after a worker was killed'],
  codes: ['SELENIUM_SESSIONS_LEFT', 'SELENIUM_FULL'],
  fix: 'ends those of ours',

  async look({ containers, runningClaims }) {
    const { selenium: open, installation } = await containers();
    const selenium = await open();
    // In this order: a run is known before its first session is.
    const { sessions, capacity } = await selenium.status();
    const dead = deadSessions(sessions, { installation, running: await runningClaims() });
    const problems = dead.map(({ id, label }) =>
      problem('SELENIUM_SESSIONS_LEFT', `Session ${id} (${label}) belongs to a run that is over.`, {
        about: selenium.address,
        heal: async () => ((await selenium.end(id)) ? `Session ${id} was ended.` : `Session ${id} was gone.`),
      }),
    );
    const strangers = sessions.filter(({ label }) => !label?.startsWith(`matre.${installation}.`)).length;
    if (capacity !== undefined && strangers >= capacity) {
      const remedy = `Add nodes, or end what is left over: curl -X DELETE ${selenium.address}/session/ID`;
      const found = `All ${capacity} sessions are in use by others than this installation of matre.`;
      problems.push(problem('SELENIUM_FULL', found, { about: selenium.address, remedy }));
    }
    return orWell(
      problems,
      `${sessions.length} sessions are open, ${strangers} of them not ours; none is left over.`,
    );
  },
};
