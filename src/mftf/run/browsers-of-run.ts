import { browsersToken } from '../../model/run-token.ts';
import type { Job } from '../../worker/runner.ts';
import { type BrowserReuse, createBrowserReuse, reuseObstacle } from '../browser-reuse/browser-reuse.ts';
import { createRunSessions, type RunSessions } from './browser-sessions.ts';
import { deadlineIn } from './deadline-in.ts';
import type { PreparedRun } from './prepared-run.ts';
import type { RunnerDependencies } from './runner-dependencies.ts';

/** The browsers of a run: the labels of their sessions, and what keeps them for later tests. */
export interface RunBrowsers extends BrowserReuse {
  sessions: RunSessions;
}

/** The browsers of so many tests, kept where the settings say so and nothing prevents it, which the log names. */
export function createRunBrowsers(
  { engine, layout, settings, outputPace, installation, sessions }: RunnerDependencies,
  { run, fence, abort: signal, ...job }: Job,
  { files, logs }: PreparedRun,
  { isChrome, testCount }: { isChrome: boolean; testCount: number },
): RunBrowsers {
  const isUseful = settings.reusesBrowsers && testCount > 1;
  const obstacle = isUseful ? reuseObstacle(files, { isChrome }) : undefined;
  if (obstacle !== undefined) logs.line(`Browsers are not kept for later tests. ${obstacle}`);
  const keepsBrowsers = isUseful && obstacle === undefined;
  const runSessions = createRunSessions(
    { installation, runId: run.id, fence },
    { chrome: isChrome, keepsBrowsers, sessions },
  );
  if (!keepsBrowsers) return { sessions: runSessions, start: async () => {}, stop: async () => {} };
  const reuse = createBrowserReuse({
    ...{ engine, layout, files, php: settings.php, heartbeatMs: settings.heartbeatMs, pace: outputPace },
    ...{ token: browsersToken({ runId: run.id, fence }), fence, signal },
    deadlineOf: (containerId) => deadlineIn(engine, job, containerId),
    log: (line) => logs.line(line),
    onLost: runSessions.releaseLast,
  });
  return { ...reuse, sessions: runSessions };
}
