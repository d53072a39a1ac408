import { createOutageLog } from '../async/outage-log.ts';
import { toFault } from '../faults/fault.ts';
import type { Logger } from '../log.ts';
import type { Selenium, SeleniumSession } from './selenium.ts';
import { ownerOf } from './session-label.ts';

/** The sessions of an installation whose run has ended, or was claimed again with a newer fence. */
export function leftoverSessions(
  sessions: readonly SeleniumSession[],
  { installation, running }: { installation: string; running: readonly { runId: number; fence: number }[] },
): SeleniumSession[] {
  return sessions.filter(({ label }) => {
    const owner = ownerOf(label);
    if (owner?.installation !== installation) return false;
    return !running.some(({ runId, fence }) => runId === owner.runId && fence === owner.fence);
  });
}

/** How many tests may use a browser at a time. */
export interface SessionCapacity {
  count: number;
  /** Why there are no more, to show at a waiting run. */
  reason: { code: 'SELENIUM_FULL' | 'SELENIUM_UNREACHABLE'; message: string };
}

/** What workers need of Selenium: its capacity, and that no session outlives its run. */
export interface Sessions {
  /** `undefined`: there is no limit, or it is unknown here; then the tests find out. Never rejects. */
  sessionCapacity(): Promise<SessionCapacity | undefined>;
  /** Ends the sessions with a label; for a process that was killed. Never rejects. */
  endLabelled(label: string): Promise<void>;
  /**
   * Reads which sessions have a label now. Returns what ends these alone, while later ones with the label stay; for browsers that nobody can
   * use any more. Never rejects, as the function does not.
   */
  findLabelled(label: string): Promise<() => Promise<void>>;
  /** The ids of the open sessions of a run; empty when Selenium is unreachable from here. Never rejects. */
  ofRun(runId: number): Promise<string[]>;
  /** Ends the sessions of runs that have ended, and logs them. Never rejects. */
  endLeftover(): Promise<void>;
}

/** How long a capacity is reused: all worker slots of a process ask at about the same time. */
const cachedMs = 1_000;
/** The same while Selenium is unreachable: its timeout takes seconds, and claims should not wait for that again and again. */
const unreachableMs = 15_000;

function reasonOf(
  { address }: Selenium,
  { capacity, foreign }: { capacity: number; foreign: number },
): SessionCapacity['reason'] {
  if (capacity === 0) {
    const message = `Selenium at ${address} is a grid without nodes that are up.`;
    return { code: 'SELENIUM_UNREACHABLE', message };
  }
  const others = foreign > 0 ? `, ${foreign} of them used by others` : '';
  const message = `Selenium at ${address} has ${capacity} sessions${others}, and none is free.`;
  return { code: 'SELENIUM_FULL', message };
}

export function createSessions(deps: {
  /** `isAssumed`: no setting names its address, so that an image without browser tests may need none. */
  selenium(): Promise<{ selenium: Selenium; isAssumed: boolean }>;
  installation(): Promise<string>;
  running(): Promise<{ runId: number; fence: number }[]>;
  log: Logger;
}): Sessions {
  const { log } = deps;
  // Not `cachedWithTimeout`: how long it is kept depends on whether Selenium answers.
  let cached: { at: number; sessionCapacity: Promise<SessionCapacity | undefined> } | undefined;
  let isReachable = true;
  let isAssumed = false;
  const outage = createOutageLog({
    onBegin(error) {
      isReachable = false;
      const { code, message } = toFault(error);
      if (isAssumed) log.info({ code, reason: message }, 'No Selenium at the default address');
      else log.warn({ code, reason: message }, 'Selenium does not answer; its number of sessions is unknown');
    },
    onEnd() {
      isReachable = true;
      log.info('Selenium answers again');
    },
  });

  /** The result of `work`, or `undefined` when it fails. Never rejects. */
  async function attempt<T>(work: (selenium: Selenium) => Promise<T>): Promise<T | undefined> {
    try {
      const located = await deps.selenium();
      isAssumed = located.isAssumed;
      const result = await work(located.selenium);
      outage.succeeded();
      return result;
    } catch (error) {
      outage.failed(error);
      return undefined;
    }
  }

  const readSessionCapacity = () =>
    attempt(async (selenium) => {
      const { capacity, sessions } = await selenium.status();
      if (capacity === undefined) return undefined;
      const installation = await deps.installation();
      const foreign = sessions.filter(({ label }) => ownerOf(label)?.installation !== installation).length;
      return { count: Math.max(0, capacity - foreign), reason: reasonOf(selenium, { capacity, foreign }) };
    });

  const endAll = (selenium: Selenium, sessions: SeleniumSession[], message: string) =>
    Promise.all(
      sessions.map(async ({ id, label }) => {
        if (await selenium.end(id)) log.info({ session: id, label }, message);
      }),
    );

  const findLabelled = async (label: string) => {
    const status = await attempt((selenium) => selenium.status());
    const matching = (status?.sessions ?? []).filter((session) => session.label === label);
    return async () => {
      if (matching.length === 0) return;
      const message = 'Ended a browser session that its test left open';
      await attempt((selenium) => endAll(selenium, matching, message));
    };
  };

  return {
    findLabelled,

    sessionCapacity() {
      const now = performance.now();
      if (!cached || now - cached.at > (isReachable ? cachedMs : unreachableMs)) {
        cached = { at: now, sessionCapacity: readSessionCapacity() };
      }
      return cached.sessionCapacity;
    },

    async endLabelled(label) {
      const endMatching = await findLabelled(label);
      await endMatching();
    },

    async ofRun(runId) {
      const [installation, status] = await Promise.all([
        deps.installation(),
        attempt((selenium) => selenium.status()),
      ]);
      return (status?.sessions ?? [])
        .filter(({ label }) => {
          const owner = ownerOf(label);
          return owner?.installation === installation && owner.runId === runId;
        })
        .map(({ id }) => id);
    },

    async endLeftover() {
      await attempt(async (selenium) => {
        // In this order: a run is claimed before its first session opens.
        const { sessions } = await selenium.status();
        const claims = { installation: await deps.installation(), running: await deps.running() };
        const leftover = leftoverSessions(sessions, claims);
        await endAll(selenium, leftover, 'Ended a browser session whose run has ended');
      });
    },
  };
}
