import { cachedWithTimeout } from '../async/cached.ts';
import { runPeriodically } from '../async/interval.ts';
import { withTimeout } from '../async/timeout.ts';
import { toFault } from '../faults/fault.ts';
import type { Selenium, SeleniumSession, SeleniumStatus } from '../selenium/selenium.ts';
import { createAllowance } from './allowance.ts';
import {
  newRecording,
  type RecordingSession,
  recordSession,
  type SessionRecording,
} from './record-session.ts';

/** Records the browsers of one Codeception process. */
export interface ProcessRecorder {
  /** What each session of the process has shown until now, in order. */
  recordings(): SessionRecording[];
  /** Ends the recording. Never rejects. */
  stop(): Promise<void>;
}

export interface ReplayRecorders {
  /** `label`: that of the sessions of the process; `log` is called with what a reader of the log should know. */
  start(request: { label: string; log(line: string): void }): ProcessRecorder;
}

/** How often Selenium is asked for the session of a process, for all processes of this worker at a time. */
const pollMs = 400;
/** The same while it does not answer. */
const outageMs = 5_000;
const statusMs = 5_000;
/** How often a session is connected to: a page that sent too much at a time has cost the first connection. */
const maxConnections = 3;
/** Bytes of the pictures of all sessions of a process, such as those of a suite: beyond them each session keeps fewer. */
const maxHeldBytes = 32 * 1024 * 1024;
const minHeldBytes = 200_000;
/** Entries of all sessions of a process; those of the oldest sessions go first. Each has up to 8 kB. */
const maxHeldEntries = 5_000;
/** Sessions of a process; the oldest go first. */
const maxHeldSessions = 300;
/** What the browsers of a process may send: a page that changes all the time sends 1 MB in a second. The event loop reads it. */
const allowance = { burst: 32 * 1024 * 1024, perSecond: 4 * 1024 * 1024 };
/** How long the end of a process waits for a connection that is being opened. */
const stopMs = 6_000;

/** Records browsers at Selenium, beside their tests: whatever happens here, no test fails by it. */
export function createReplayRecorders(deps: { locateSelenium(): Promise<Selenium> }): ReplayRecorders {
  let failure: string | undefined;
  const status = cachedWithTimeout(
    async () => {
      const selenium = await deps.locateSelenium();
      return { selenium, status: await selenium.status() };
    },
    {
      everyMs: pollMs / 2,
      timeoutMs: statusMs,
      onError(error) {
        failure = toFault(error).message;
      },
    },
  );

  return {
    start({ label, log }) {
      const recorder = createProcessRecorder({
        label,
        log,
        status: () => status.get(),
        outage: () => failure,
      });
      const polling = runPeriodically(recorder.poll, pollMs);
      return {
        recordings: recorder.recordings,
        async stop() {
          // A poll under way may be opening a connection, which must not be left behind.
          const stopped = polling.stop().then(recorder.end);
          await withTimeout(
            stopMs,
            () => stopped,
            () => undefined,
          );
        },
      };
    },
  };
}

interface PolledStatus {
  selenium: Selenium;
  status: SeleniumStatus;
}

function createProcessRecorder({
  label,
  log,
  status,
  outage,
}: {
  label: string;
  log(line: string): void;
  status(): Promise<PolledStatus | undefined>;
  outage(): string | undefined;
}) {
  const recordings = new Map<string, { recording: SessionRecording; connections: number }>();
  const allows = createAllowance(allowance);
  let current: RecordingSession | undefined;
  let lastLine: string | undefined;
  let pausedUntil = 0;
  const report = (line: string | undefined) => {
    // Once, not at each poll.
    if (line === undefined || line === lastLine) return;
    lastLine = line;
    log(`Replay: ${line}`);
  };

  async function connect(selenium: Selenium, session: SeleniumSession): Promise<void> {
    const { id } = session;
    const entry = recordings.get(id) ?? { recording: newRecording(), connections: 0 };
    if (entry.connections >= maxConnections) return;
    const texts = entry.connections === 0;
    entry.connections += 1;
    recordings.set(id, entry);
    try {
      const address = await selenium.devTools(session);
      if (address === undefined) {
        entry.connections = maxConnections;
        report('the browser cannot be reached from here: it is no Chrome, or a driver on another host.');
        return;
      }
      shrinkHeld();
      const connection = await recordSession(address, { texts, allows, recording: entry.recording });
      current = connection;
      void connection.begun.then(() => log(`Replay: the browser session ${id} is recorded.`));
      void connection.ended.then((end) => {
        if (current === connection) current = undefined;
        // It was the page that ended it, so the next connection does not read its texts.
        if (end === 'closed') entry.connections = maxConnections;
        else if (end === 'too-long')
          entry.recording.missing =
            'A page sent more at a time than is read; what it reported later is left out.';
        else entry.recording.missing = 'The browser sent what cannot be read; what followed is left out.';
      });
    } catch (error) {
      report(`the browser cannot be recorded: ${toFault(error).message}`);
    }
  }

  /** Makes room for another session. */
  function shrinkHeld(): void {
    const reels = [...recordings.values()].map(({ recording }) => recording.reel);
    const share = Math.max(minHeldBytes, maxHeldBytes / (reels.length + 1));
    const held = reels.reduce((sum, reel) => sum + reel.bytes(), 0);
    if (held > maxHeldBytes - share) for (const reel of reels) reel.shrink(share);
    let entries = 0;
    for (const { recording } of [...recordings.values()].reverse()) {
      entries += recording.entries.length;
      if (entries > maxHeldEntries) recording.leftOut += recording.entries.splice(0).length;
    }
    const [oldest] = recordings.keys();
    if (recordings.size > maxHeldSessions && oldest !== undefined) recordings.delete(oldest);
  }

  return {
    async poll(signal: AbortSignal): Promise<void> {
      // A process has one session at a time.
      if (current !== undefined || performance.now() < pausedUntil) return;
      const polled = await status();
      if (signal.aborted) return;
      if (polled === undefined) {
        pausedUntil = performance.now() + outageMs;
        report(outage() ?? 'Selenium does not answer.');
        return;
      }
      const session = polled.status.sessions.find((one) => one.label === label);
      if (session !== undefined) await connect(polled.selenium, session);
    },
    end() {
      current?.stop();
    },
    recordings: () => [...recordings.values()].map(({ recording }) => recording),
  };
}
