import { expect, it } from 'vitest';
import { lockNames } from '../../locks/lock.ts';
import type { Alert } from '../../model/alert.ts';
import type { Environment } from '../../model/environment.ts';
import type { LatestRun } from '../../store/tables/latest-runs.ts';
import { buildStatus, type StatusSources } from './build-status.ts';
import type { ProblemView } from './status-view.ts';

const at = new Date('2026-11-29T03:00:00Z');
const ago = (minutes: number) => new Date(at.getTime() - minutes * 60_000);

const environment = (id: number): Environment => ({
  id,
  code: `e${id}`,
  name: `e${id}`,
  baseUrl: 'https://x.test/',
  backendName: 'admin',
  adminUsername: 'admin',
  hasAdminPassword: false,
  hasShopCredentials: false,
  paused: undefined,
  slots: 1,
  allModules: false,
  image: undefined,
  replay: undefined,
  modules: [],
  fence: 0,
  createdAt: at,
});

function sources(more: Partial<StatusSources> = {}): StatusSources {
  return {
    at,
    environments: [environment(1), environment(2)],
    overview: { lanes: [], queue: [], locks: { kind: 'redis', reachable: true, message: null } },
    progress: [],
    expected: new Map(),
    queues: new Map(),
    latest: [],
    workers: [],
    locks: { locks: [], fault: undefined },
    containers: [],
    engineFault: undefined,
    hasRemoteWorkers: false,
    alerts: [],
    host: 'w1',
    findings: [],
    ...more,
  };
}

const latestRun = (environmentId: number, more: Partial<LatestRun>): LatestRun => ({
  ...{ id: 7, environmentId, summary: '', verdict: 'passed', reason: undefined, requestedBy: 'x' },
  ...{
    counts: { planned: 0, passed: 0, failed: 0, broken: 0, skipped: 0, flaky: 0, quarantined: 0 },
    finishedAt: at,
    failure: undefined,
  },
  ...more,
});

const problemsOf = (more: Partial<StatusSources>): ProblemView[] => buildStatus(sources(more)).problems;

it('has no problem while nothing is wrong', () => {
  expect(problemsOf({})).toEqual([]);
});

it('has the problems of runs before those of environments, locks and schedules', () => {
  const finding = {
    status: 'problem' as const,
    about: 'x',
    message: 'It is wrong.',
    code: undefined,
    meaning: undefined,
    remedy: undefined,
    fixable: false,
  };
  const problems = problemsOf({
    findings: [
      { area: 'schedules', findings: [finding] },
      { area: 'runs', findings: [finding] },
    ],
    latest: [latestRun(2, { verdict: 'broken' })],
    locks: { locks: [], fault: 'It does not answer.' },
  });
  expect(problems.map(({ area }) => area)).toEqual(['runs', 'environments', 'locks', 'schedules']);
});

it('names the environments whose last run was broken, with its code and remedy', () => {
  const reason = { code: 'MAGENTO_UNREACHABLE' as const, message: 'The shop does not answer.' };
  const problems = problemsOf({
    latest: [latestRun(1, { verdict: 'broken', reason }), latestRun(2, { verdict: 'failed' })],
  });
  expect(problems).toMatchObject([
    {
      about: 'e1',
      code: 'MAGENTO_UNREACHABLE',
      message: 'Its last run (7) was broken: The shop does not answer.',
    },
  ]);
});

it.each([
  ['three times as long as usual', 31, 10 * 60_000, 1],
  ['not yet three times as long as usual', 29, 10 * 60_000, 0],
  ['three times as long as usual, but a few minutes', 9, 60_000, 0],
  ['long, and never ran before', 90, undefined, 0],
])('a test that takes %s', (_what, minutes, expectedMs, count) => {
  const current = { test: 'CartTest', suite: undefined, position: 1, startedAt: ago(minutes) };
  const problems = problemsOf({
    progress: [
      {
        ...{ runId: 5, environmentId: 1, workerId: 'w', open: [1], current: [current] },
        counts: { planned: 1, passed: 0, failed: 0, broken: 0, skipped: 0, flaky: 0, quarantined: 0 },
      },
    ],
    expected: new Map([
      [5, expectedMs === undefined ? [] : [{ position: 1, test: 'CartTest', suite: undefined, expectedMs }]],
    ]),
  });
  expect(problems).toHaveLength(count);
  if (count > 0) expect(problems[0]).toMatchObject({ area: 'runs', about: 'run 5' });
});

it('names a lock that another holder has while no run executes on its environment, once', () => {
  const name = lockNames.environment(1);
  const lock = { name, owner: 'a script', since: ago(5), expiresInMs: undefined };
  const locks = { locks: [lock], fault: undefined };
  expect(problemsOf({ locks })).toMatchObject([
    { area: 'locks', about: 'e1', remedy: expect.stringContaining(name) },
  ]);
  const young = { locks: [{ ...lock, since: at }], fault: undefined };
  expect(problemsOf({ locks: young })).toEqual([]);
  const finding = {
    ...{ status: 'problem' as const, about: 'run 9', message: `Run 9 waits: a script holds ${name}.` },
    ...{ code: 'QUEUE_STUCK' as const, meaning: '', remedy: '', fixable: false },
  };
  expect(problemsOf({ locks, findings: [{ area: 'runs', findings: [finding] }] })).toHaveLength(1);
});

it('reports an engine that does not respond, unless workers on other hosts have theirs', () => {
  const away = { containers: undefined, engineFault: 'Away.' };
  expect(problemsOf(away)).toMatchObject([{ area: 'engine', code: 'ENGINE_UNREACHABLE', message: 'Away.' }]);
  expect(problemsOf({ ...away, hasRemoteWorkers: true })).toEqual([]);
  // It may only be slow.
  expect(problemsOf({ containers: undefined })).toEqual([]);
});

const alert = (kind: Alert['kind'], key: string): Alert => ({
  ...{ id: 1, kind, subject: key, message: `${key} is wrong.`, action: 'Mend it.', page: '/' },
  ...{ startedAt: ago(90), lastSeenAt: at, endedAt: undefined, endReason: undefined, keys: [key] },
});

it('has open alerts first, and no problem that an alert tells already', () => {
  const broken = { code: 'SELENIUM_UNREACHABLE' as const, message: 'Away.' };
  const more: Partial<StatusSources> = {
    latest: [1, 2].map((id) => latestRun(id, { verdict: 'broken', reason: broken })),
    ...{ containers: undefined, engineFault: 'Away.' },
  };
  expect(problemsOf(more).map(({ area, about }) => [area, about])).toEqual([
    ['environments', 'e1'],
    ['environments', 'e2'],
    ['engine', null],
  ]);
  const alerts = [alert('environment-broken', 'e1'), alert('engine-unreachable', 'w1')];
  expect(problemsOf({ ...more, alerts }).map(({ area, about, since }) => [area, about, since])).toEqual([
    ['alerts', 'e1', ago(90).toISOString()],
    ['alerts', 'w1', ago(90).toISOString()],
    ['environments', 'e2', null],
  ]);
  const missing = {
    status: 'problem' as const,
    about: undefined,
    message: 'No process.',
    code: 'WORKERS_MISSING' as const,
  };
  const details = { meaning: undefined, remedy: undefined, fixable: false };
  const findings = [{ area: 'workers' as const, findings: [{ ...missing, ...details }] }];
  expect(problemsOf({ findings, alerts: [alert('worker-lost', 'none')] }).map(({ area }) => area)).toEqual([
    'alerts',
  ]);
  // The engine of another host.
  expect(problemsOf({ ...more, alerts: [alert('engine-unreachable', 'w2')] })).toHaveLength(4);
});
