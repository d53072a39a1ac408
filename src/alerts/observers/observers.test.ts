import { createServer, type Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { testCertificate } from '../../../test/support/certificate.ts';
import type { Check, FindingReport } from '../../doctor/check.ts';
import type { CheckContext } from '../../doctor/check-context.ts';
import { queueStuck } from '../../doctor/checks/queue-stuck.ts';
import { shopAway } from '../../doctor/checks/shop-away.ts';
import { Fault } from '../../faults/fault.ts';
import type { Alert, AlertObservation } from '../../model/alert.ts';
import type { FruitlessSchedule, RecentVerdicts, WaitingHead } from '../../store/tables/alert-queries.ts';
import type { WorkerProcess } from '../../store/tables/workers.ts';
import { certificateEndFromHost } from './certificate-end.ts';
import { observeCertificates } from './certificates.ts';
import { observeCheck, observeFindings } from './doctor.ts';
import { observeDisk, observeEngine } from './host.ts';
import { observeEnvironments, observeQueue, observeSchedules, observeWorkers } from './installation.ts';

const now = new Date('2026-11-29T03:00:00Z');
const hour = 3_600_000;
const ago = (ms: number) => new Date(now.getTime() - ms);

/** What is present, and in brackets what could not be judged: `us (es)`. */
function summarise({ present, undecided }: AlertObservation): string {
  const unknown = undecided === 'others' ? ['others'] : undecided;
  const keys = present.map(({ key }) => key).join(' ');
  return [keys, unknown.length > 0 ? `(${unknown.join(' ')})` : ''].filter((text) => text !== '').join(' ');
}

const verdictNames = { b: 'broken', p: 'passed', f: 'failed' } as const;
const environment = (code: string, verdicts: string, paused = false): RecentVerdicts => ({
  code,
  paused,
  verdicts: [...verdicts].map((letter) => verdictNames[letter as keyof typeof verdictNames]),
  lastRun: 7,
  reason: { code: 'SELENIUM_UNREACHABLE', message: 'Selenium does not answer.' },
  since: ago(50 * hour),
});

const worker = (id: string, more: Partial<WorkerProcess> = {}): WorkerProcess => ({
  id,
  host: id.split('/')[0] ?? '',
  pid: Number(id.split('/')[1]),
  slots: 4,
  stopping: false,
  waitsFor: undefined,
  startedAt: ago(10 * hour),
  seenAt: now,
  silentMs: 0,
  alive: true,
  ...more,
});
const lost = (id: string) => worker(id, { alive: false, silentMs: hour, seenAt: ago(hour) });
const openWorker = (id: string, ageMs: number) =>
  ({ keys: [id], lastSeenAt: ago(ageMs) }) as unknown as Alert;

const fruitless = (more: Partial<FruitlessSchedule>): FruitlessSchedule => ({
  name: 'nightly',
  outcome: 'skipped',
  reason: { code: 'SCHEDULE_OVERLAPS', message: 'Run 7 of the schedule on us is running.' },
  times: 1,
  idleMs: hour,
  ...more,
});
const finding = (more: Partial<FindingReport>): FindingReport => ({
  status: 'problem',
  about: undefined,
  message: 'It is wrong.',
  code: 'SCHEDULE_OVERDUE',
  meaning: undefined,
  remedy: 'matre scheduler',
  fixable: false,
  ...more,
});
const head: WaitingHead = { code: 'us', head: 812, queuedAt: ago(3 * hour), waitingMs: 3 * hour };
const queue = (heads: WaitingHead[], workers: WorkerProcess[], queueAgeMs = 2 * hour) =>
  observeQueue({ queries: { waitingHeads: async () => heads }, workers }, { queueAgeMs });
const environments = (list: RecentVerdicts[], brokenRuns = 3) =>
  observeEnvironments({ recentVerdicts: async () => list }, { brokenRuns });
const workers = (list: WorkerProcess[], open: Alert[] = []) => observeWorkers(list, { open, now });
const disk = (gigabytes: number) =>
  observeDisk({ folder: '/data', source: 'id', host: 'w1' }, async (folder, minBytes) => {
    const bytes = gigabytes * 1024 ** 3;
    return { bytes, tooLittle: bytes < minBytes ? `${folder} has too little` : undefined };
  });
const engine = (engineAnswers: () => Promise<unknown>) =>
  observeEngine({ host: 'w1', timeoutMs: 20, engineAnswers });
const check = (findings: FindingReport[], more: { isComplete?: boolean; paused?: string[] } = {}) =>
  observeCheck('shop-away', findings, { about: [], paused: [], isComplete: true, ...more });
const certificates = (days: number | undefined, more: { baseUrl?: string; paused?: boolean } = {}) =>
  observeCertificates(
    {
      shops: [
        {
          id: 1,
          code: 'us',
          baseUrl: more.baseUrl ?? 'https://us.test/',
          paused: more.paused ? { since: now, reason: 'x' } : undefined,
        },
      ],
      queries: { saveCertificate: async () => {} },
      certificateEnd: async () => (days === undefined ? undefined : ago(-days * 24 * hour)),
    },
    { limitMs: 14 * 24 * hour, now, signal: new AbortController().signal },
  );

describe('an alert is', () => {
  const conditions: [
    condition: string,
    observe: () => Promise<AlertObservation> | AlertObservation,
    expected: string,
  ][] = [
    [
      'an environment whose last three runs were broken',
      () => environments([environment('us', 'bbb')]),
      'us',
    ],
    [
      'not one whose last run passed, or failed',
      () => environments([environment('us', 'pbb'), environment('es', 'fbb')]),
      '',
    ],
    ['not one with two runs', () => environments([environment('us', 'bb')]), ''],
    ['after as many as the setting says', () => environments([environment('us', 'b')], 1), 'us'],
    ['not when the setting says never', () => environments([environment('us', 'bbb')], 0), ''],
    ['not judged while it is paused', () => environments([environment('us', 'bbb', true)]), '(us)'],

    ['a worker without a heartbeat', () => workers([worker('a/1'), lost('b/2')]), 'b/2'],
    [
      'not one that another on its host replaced',
      () => workers([lost('a/1'), worker('a/9', { startedAt: ago(1) })]),
      '',
    ],
    ['one that others on its host outlive', () => workers([lost('a/1'), worker('a/2')]), 'a/1'],
    ['that no worker is up', () => workers([]), 'none'],
    ['still that no worker is up', () => workers([], [openWorker('none', hour)]), 'none'],
    ['not that any more when one is', () => workers([worker('a/1')], [openWorker('none', hour)]), ''],
    ['not that when the last one was lost', () => workers([], [openWorker('a/1', hour)]), '(a/1)'],
    ['not judged when its row is gone', () => workers([worker('b/2')], [openWorker('a/1', hour)]), '(a/1)'],
    [
      'not one whose row is gone and which was replaced',
      () => workers([worker('a/2', { startedAt: ago(1) })], [openWorker('a/1', hour)]),
      '',
    ],
    [
      'not one that nothing replaced for a day',
      () => workers([worker('b/2')], [openWorker('a/1', 25 * hour)]),
      '',
    ],

    ['a run that waits although nothing runs there', () => queue([head], [worker('a/1')]), 'queue'],
    ['not an empty queue', () => queue([], [worker('a/1')]), ''],
    ['not when the setting says never', () => queue([head], [], 0), ''],

    ['a schedule that is overdue', () => observeSchedules([], [finding({ about: 'nightly' })]), 'nightly'],
    ['not one that left out a time once', () => observeSchedules([fruitless({})], []), ''],
    ['one that left out three times', () => observeSchedules([fruitless({ times: 3 })], []), 'nightly'],
    [
      'one that left out its only time of a day',
      () => observeSchedules([fruitless({ idleMs: 24 * hour })], []),
      'nightly',
    ],
    [
      'one whose time passed without a scheduler',
      () =>
        observeSchedules([fruitless({ reason: { code: 'SCHEDULE_MISSED', message: 'No scheduler.' } })], []),
      'nightly',
    ],
    [
      'not one that a user switched off',
      () =>
        observeSchedules(
          [fruitless({ times: 9, reason: { code: 'SAVED_SELECTION_DISABLED', message: 'Off.' } })],
          [],
        ),
      '',
    ],
    [
      'not a warning about one',
      () => observeSchedules([], [finding({ about: 'nightly', status: 'warning' })]),
      '',
    ],
    [
      'not judged when the check could not find out',
      () => observeSchedules([], [finding({ status: 'unknown', code: undefined })]),
      '(others)',
    ],

    ['a disk with less than a gigabyte', () => disk(0.9), 'disk'],
    ['not decided by a disk just above it', () => disk(1.1), '(disk)'],
    ['not a disk with room', () => disk(1.3), ''],

    [
      'an engine that is away',
      () => engine(() => Promise.reject(new Fault('ENGINE_UNREACHABLE', 'connect ENOENT'))),
      'w1',
    ],
    ['an engine that hangs', () => engine(() => new Promise(() => {})), 'w1'],
    ['not an engine that answers', () => engine(async () => 'Docker'), ''],
    [
      'not judged when it cannot be requested',
      () => engine(() => Promise.reject(new Fault('DATABASE_UNREACHABLE', 'away'))),
      '(others)',
    ],

    ['a certificate that ends within 14 days', () => certificates(13), 'us'],
    ['one that has ended', () => certificates(-1), 'us'],
    ['not one that ends later', () => certificates(15), ''],
    ['not judged when the shop does not answer', () => certificates(undefined), '(us)'],
    ['not judged while the environment is paused', () => certificates(13, { paused: true }), '(us)'],
    ['none without TLS', () => certificates(13, { baseUrl: 'http://us.test/' }), ''],

    [
      'a problem that the doctor finds',
      () => check([finding({ about: 'us', code: 'MAGENTO_UNREACHABLE' })]),
      'us',
    ],
    ['not a warning of the doctor', () => check([finding({ about: 'us', status: 'warning' })]), ''],
    [
      'not judged when the doctor could not ask',
      () => check([finding({ about: 'us', status: 'unknown', code: undefined })]),
      '(us)',
    ],
    [
      'not judged for all when it could ask nothing',
      () => check([finding({ status: 'unknown', code: undefined })]),
      '(others)',
    ],
    [
      'not judged when another alert tells its cause',
      () => check([finding({ code: 'ENGINE_UNREACHABLE' })]),
      '(others)',
    ],
    ['not judged for a paused environment', () => check([], { paused: ['us'] }), '(us)'],
    [
      'not judged when the time was over',
      () => check([finding({ about: 'us', code: 'MAGENTO_UNREACHABLE' })], { isComplete: false }),
      'us (others)',
    ],
  ];
  it.each(conditions)('%s', async (_condition, observe, expected) => {
    expect(summarise(await observe())).toBe(expected);
  });
});

describe('the words of an alert', () => {
  const wordsOf = async (observation: Promise<AlertObservation> | AlertObservation) => {
    const [first] = (await observation).present;
    return `${first?.message} | ${first?.action} | ${first?.page}`;
  };

  it('say of an environment since when, why, and what to do', async () => {
    expect(await wordsOf(environments([environment('us', 'bbb')]))).toMatch(
      /^The last 3 runs were broken on us, since 2026-11-27 01:00 UTC\. Run 7: Selenium does not answer\. \(SELENIUM_UNREACHABLE\) \| .*Selenium.* \| \/environments\/us$/,
    );
  });

  it('say of the queue what it waits for', async () => {
    const oldest = 'run 812 on us, since 2026-11-29 00:00 UTC';
    expect(await wordsOf(queue([head], []))).toBe(
      `A run has waited longer than 2 h although its environment is free: ${oldest}. No process executes runs. | Start workers: matre worker, or matre up. | /`,
    );
    expect(await wordsOf(queue([head, { ...head, code: 'es' }], [worker('a/1')]))).toContain(
      `Runs of 2 environments have waited longer than 2 h although these are free; the first is ${oldest}. Workers up: 1, with 4 slots.`,
    );
    const waitsFor = { code: 'SELENIUM_FULL' as const, message: 'All sessions are in use.' };
    expect(await wordsOf(queue([head], [worker('a/1', { waitsFor })]))).toContain(
      'No worker can start a run: All sessions are in use. (SELENIUM_FULL)',
    );
  });

  it('say of a worker what is left without it, and why it is over', async () => {
    expect(await wordsOf(workers([worker('a/1'), lost('b/2')]))).toBe(
      'Worker b/2 with 4 slots has sent no heartbeat since 2026-11-29 02:00 UTC. 4 worker slots are left. Its runs were requeued. | Check process 2 on b (ps -p 2), and start the worker again. | /',
    );
  });

  it('say of a worker why it is over', () => {
    const open = [openWorker('a/1', 25 * hour)];
    const reasonOf = (list: WorkerProcess[]) => workers(list, open).endReasons?.get('a/1');
    expect(reasonOf([worker('a/1')])).toBe('It sends heartbeats again.');
    expect(reasonOf([worker('a/2')])).toBe('A worker that started later on its host replaced it.');
    expect(reasonOf([worker('b/2')])).toBe('It did not come back within a day.');
    expect(reasonOf([lost('a/1')])).toBeUndefined();
  });

  it('say when a certificate ends, or ended', async () => {
    expect(await wordsOf(certificates(13))).toContain(
      'The TLS certificate of https://us.test/ (us) ends on 2026-12-12, in 13 d.',
    );
    expect(await wordsOf(certificates(-2))).toContain('ended on 2026-11-27, 2 d ago.');
  });

  it('name the host of what only that host has', () => {
    const findings = [
      finding({ about: '/data', code: 'DATA_FOLDER_OPEN', message: 'Others can read /data.' }),
    ];
    const observation = observeCheck('data-folder-open', findings, {
      about: ['w1'],
      paused: [],
      isComplete: true,
    });
    expect(observation).toMatchObject({
      source: 'doctor-finding/data-folder-open@w1',
      present: [{ subject: 'data-folder-open w1 /data', message: 'On w1: Others can read /data.' }],
    });
  });
});

describe('the checks of the doctor', () => {
  const shops = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      code: `e${index}`,
      paused: index === 0 ? { since: now, reason: 'x' } : undefined,
    }));
  /** Looks at 20 environments, the first of which is paused. */
  const observe = async (check: Check, signal = new AbortController().signal) => {
    const context = { environments: shops(20), config: { doctor: { timeoutMs: 10_000 } } };
    return observeFindings([check], context as unknown as CheckContext, { signal });
  };

  it('ask some shops at a time, and none of a paused environment', async () => {
    const requested: string[][] = [];
    vi.spyOn(shopAway, 'run').mockImplementation(async ({ environments }) => {
      requested.push(environments.map(({ code }) => code));
      return [];
    });
    onTestFinished(() => void vi.restoreAllMocks());
    expect((await observe(shopAway)).map(summarise)).toEqual(['(e0)']);
    expect(requested.map(({ length }) => length)).toEqual([8, 8, 3]);
    expect(requested.flat()).not.toContain('e0');
  });

  it('leave undecided what they had no time for, and a check that fails', async () => {
    const over = new AbortController();
    over.abort();
    expect((await observe(shopAway, over.signal)).map(summarise)).toEqual(['(others)']);
    const run = () => Promise.reject(new Fault('DATABASE_UNREACHABLE', 'away'));
    expect((await observe({ ...queueStuck, run })).map(summarise)).toEqual(['(others)']);
  });
});

describe('the end of a certificate requested from this host', () => {
  const listen = async (server: Server): Promise<string> => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    return `https://127.0.0.1:${(server.address() as { port: number }).port}/`;
  };

  it('is that of the certificate, with any signer', async () => {
    const url = await listen(createTlsServer(testCertificate, (socket) => void socket.on('error', () => {})));
    expect(await certificateEndFromHost(url, { timeoutMs: 10_000 })).toEqual(testCertificate.endsAt);
  });

  it('is unknown when there is no TLS server, or none that answers', async () => {
    const closing = createServer((socket) => void socket.destroy());
    expect(await certificateEndFromHost(await listen(closing), { timeoutMs: 10_000 })).toBeUndefined();
    const silent = createServer((socket) => void socket.on('error', () => {}));
    expect(await certificateEndFromHost(await listen(silent), { timeoutMs: 50 })).toBeUndefined();
  });
});
