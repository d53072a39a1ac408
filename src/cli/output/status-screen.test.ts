import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { EnvironmentStatusView, ProblemView, StatusView } from '../../operations/system/status-view.ts';
import { createStatusBoard } from './status-board.ts';
import { printStatus } from './status-screen.ts';
import { createOutput } from './terminal.ts';

const now = new Date('2026-11-29T03:04:05Z');

function environment(id: number, more: Partial<EnvironmentStatusView> = {}): EnvironmentStatusView {
  return {
    id,
    code: `stage-${String(id).padStart(3, '0')}`,
    baseUrl: `https://stage-${id}.test/`,
    paused: null,
    running: null,
    progress: null,
    queued: 0,
    waits: null,
    lastRun: { id, verdict: 'passed', reason: null, finishedAt: now.toISOString() },
    ...more,
  } as EnvironmentStatusView;
}

function problem(area: ProblemView['area'], message: string, more: Partial<ProblemView> = {}): ProblemView {
  return { area, status: 'problem', about: null, message, code: null, remedy: null, since: null, ...more };
}

function status(more: Partial<StatusView> = {}): StatusView {
  return {
    problems: [],
    workers: [
      {
        id: 'host/1',
        host: 'host',
        pid: 1,
        slots: 8,
        stopping: false,
        alive: true,
        waitsFor: null,
        startedAt: now.toISOString(),
        seenAt: now.toISOString(),
      },
    ],
    environments: [],
    oldestQueuedAt: null,
    locks: { kind: 'redis', reachable: true, message: null, held: [] },
    containers: {
      total: 200,
      healthy: 198,
      stale: [
        { name: 'a', note: 'x' },
        { name: 'b', note: 'x' },
      ],
    },
    ...more,
  };
}

/** A night on 200 environments with everything that can be wrong. */
function badNight(): StatusView {
  const wait = { code: 'no-free-worker' as const, message: 'no free worker', run: null };
  const environments = Array.from({ length: 200 }, (_, index) => {
    const id = index + 1;
    if (id <= 8) return environment(id, { running: 800 + id });
    if (id <= 52) return environment(id, { queued: 2, waits: wait });
    if (id <= 54) return environment(id, { paused: { since: now.toISOString(), reason: 'deployment' } });
    return environment(id);
  });
  const broken = environments.slice(60, 90).map(({ code }) =>
    problem('environments', `Its last run (7) was broken: The shop does not answer.`, {
      about: code,
      code: 'MAGENTO_UNREACHABLE',
      remedy: 'Check that the shop answers.',
    }),
  );
  const missing = problem('environments', 'Its last run (9) was broken: There is no file .env.stage-100.', {
    about: 'stage-100',
    code: 'MODULE_ENV_FILE_MISSING',
    remedy: 'Add the file.',
  });
  return status({
    environments,
    oldestQueuedAt: '2026-11-29T01:04:05Z',
    problems: [
      problem('runs', 'The lease of run 801 expired 95 s ago, and no worker has requeued it.', {
        about: 'run 801',
      }),
      problem('workers', 'Worker host2/77 has sent no heartbeat for 180 s.', { about: 'host2/77' }),
      missing,
      ...broken,
      problem('locks', 'The value of test_runner_env_processing_9 is not of matre.', {
        code: 'LOCK_VALUE_FOREIGN',
      }),
    ],
  });
}

function capture(
  print: (output: ReturnType<typeof createOutput>) => void,
  size?: { columns: number; rows: number },
) {
  let text = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += chunk;
      done();
    },
  });
  print(createOutput(size ? Object.assign(stream, { isTTY: true, ...size }) : stream, { NO_COLOR: '1' }));
  return text;
}

const style = { source: 'Server: http://127.0.0.1:8089', all: false };
const linesOf = (view: StatusView, size?: { columns: number; rows: number }) =>
  capture((output) => printStatus(output, view, { ...style, now }), size)
    .split('\n')
    .slice(0, -1);

describe('the status', () => {
  it('of 200 environments fits 80 columns and 24 lines, with what is wrong first', () => {
    const lines = linesOf(badNight(), { columns: 80, rows: 24 });
    expect(lines.length).toBeLessThan(24);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    const text = lines.join('\n');
    expect(lines[1]).toBe('1 stuck run, 1 worker problem, 31 broken environments, 1 lock problem');
    const order = [
      'STUCK RUNS',
      'run 801',
      'host2/77',
      'MAGENTO_UNREACHABLE: stage-061',
      'WAITING',
      'THE REST',
    ];
    const places = order.map((word) => text.indexOf(word));
    expect(places.every((place) => place >= 0)).toBe(true);
    expect(places).toEqual(places.toSorted((one, other) => one - other));
    expect(text).toMatch(/^WAITING: 88 runs on 44 environments, the oldest was queued 2 h ago$/m);
    expect(text).toMatch(/^ {2}44 {2}no free worker: stage-009, stage-010.* and \d+ more$/m);
    expect(text).toMatch(/^ {2}Environments {2}200: 8 running, 2 paused, 146 free$/m);
    expect(text).toMatch(/^ {2}Containers {4}198 of 200 running as they should, 2 stale/m);
  });

  it('has all names in a pipe', () => {
    const text = linesOf(badNight()).join('\n');
    expect(text).toContain('  30  MAGENTO_UNREACHABLE: stage-061, stage-062');
    expect(text).toContain('stage-090\n');
    expect(text).not.toContain('more');
  });

  it('says that nothing is wrong, and lists a few environments one by one', () => {
    const held = environment(1, {
      code: 'held',
      paused: { since: now.toISOString(), reason: 'repair' },
      queued: 1,
    });
    const lines = linesOf(status({ environments: [held, environment(2)] }), { columns: 80, rows: 24 });
    expect(lines[1]).toBe('Nothing is wrong.');
    expect(lines.some((line) => /^held +paused \(repair\) +1 +passed \(1\)/.test(line))).toBe(true);
  });
});

it('shows the rest of a run as approximate, as `run --watch` does, and an environment without a finished run', () => {
  const running = environment(1, {
    code: 'us',
    running: 7,
    lastRun: null,
    progress: { planned: 5, done: 2, msLeft: 11_000 } as EnvironmentStatusView['progress'],
  });
  const text = linesOf(status({ environments: [running, environment(2)] })).join('\n');
  expect(text).toContain('us (run 7 2/5 ~10 s left)');
  expect(text).toMatch(/^ {2}Last runs +1 without a finished run, 1 passed$/m);
});

describe('the status that is watched', () => {
  const good = () => status({ environments: badNight().environments });

  it('is redrawn in place on a terminal, within its lines', () => {
    const text = capture(
      (output) => {
        const board = createStatusBoard(output, style);
        board.show(badNight(), now);
        board.show(good(), now);
        board.end();
      },
      { columns: 80, rows: 24 },
    );
    const [, first = '', second = ''] = /^([\s\S]*?\u001b\[J)([\s\S]*)$/.exec(text) ?? [];
    const drawn = first.split('\n').length - 1;
    expect(drawn).toBeLessThan(24);
    expect(second.startsWith(`\u001b[${drawn}A`)).toBe(true);
    expect(second).toContain('Nothing is wrong.');
    expect(second.endsWith('\u001b[?25h')).toBe(true);
  });

  it('is a line for each problem that begins or ends in a pipe, without colours', () => {
    const text = capture((output) => {
      const board = createStatusBoard(output, style);
      board.show(good(), now);
      board.show(good(), now);
      const lost = problem('workers', 'Worker host2/77 has sent no heartbeat.', { about: 'host2/77' });
      board.show({ ...good(), problems: [lost] }, now);
      board.fault('http://127.0.0.1:8089 does not answer.', now);
      board.fault('http://127.0.0.1:8089 does not answer.', now);
      board.show(good(), now);
      board.end();
    });
    expect(text.split('\n').map((line) => line.replace(/^\S+ \d\d:\d\d:\d\d /, ''))).toEqual([
      'Server: http://127.0.0.1:8089',
      'Nothing is wrong. (8 running, 88 queued)',
      'begins: Worker host2/77 has sent no heartbeat.',
      '1 worker problem (8 running, 88 queued)',
      'http://127.0.0.1:8089 does not answer.',
      'ends: Worker host2/77 has sent no heartbeat.',
      'Nothing is wrong. (8 running, 88 queued)',
      '',
    ]);
  });
});
