import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Fault } from '../faults/fault.ts';
import type { RunHook } from '../model/hook.ts';
import type { HookEnd, HookRecorder } from '../queue/hook-recorder.ts';
import type { HookPlace } from './hook-place.ts';
import { runHooksAfter, runHooksBefore } from './run-hooks.ts';

const hook = (name: string, more: Partial<RunHook> = {}): RunHook => ({
  id: name.charCodeAt(0),
  runId: 7,
  round: 0,
  number: 1,
  name,
  moment: 'before',
  action: { kind: 'command', argv: [name], variables: [] },
  timeLimitSeconds: 5,
  repeatable: false,
  state: 'waiting',
  starts: 0,
  attempt: undefined,
  code: undefined,
  message: undefined,
  log: undefined,
  startedAt: undefined,
  endedAt: undefined,
  ...more,
});

/** Executes hooks whose commands end as `codes` says, or throw; returns what was recorded and executed. */
function setUp(commands: Record<string, number | Fault> = {}, interrupted: string[] = []) {
  const executed: string[] = [];
  const ends: Record<string, Omit<HookEnd, 'id'>> = {};
  const paths: string[] = [];
  const names = (id: number) => String.fromCharCode(id);
  const record: HookRecorder = {
    plan: async () => [],
    async start(id, log) {
      paths.push(log);
      return interrupted.includes(names(id)) ? 'interrupted' : 'started';
    },
    async end({ id, ...end }) {
      ends[names(id)] = end;
    },
    giveUp: async () => {},
  };
  const place: HookPlace = {
    values: new Map(),
    runVariables: [],
    prepareContainer: async () => {},
    async command({ argv: [name = ''] }) {
      executed.push(name);
      const end = commands[name] ?? 0;
      if (end instanceof Fault) throw end;
      return { kind: 'exited', code: end, outOfMemory: false };
    },
    send: () => Promise.reject(new Error('no request')),
    openLog: async () => ({ stream: new PassThrough(), close: async () => '' }),
    line: () => {},
    signal: new AbortController().signal,
    assertHeld: () => {},
    stop: undefined,
  };
  return { record, place, executed, ends, paths };
}

describe('the hooks of a run', () => {
  it('before the tests end at the first that fails', async () => {
    const { record, place, executed, ends } = setUp({ b: 3 });
    const outcome = await runHooksBefore([hook('a'), hook('b'), hook('c')], record, place);
    expect(outcome).toMatchObject({ kind: 'failed', reason: { code: 'HOOK_FAILED' } });
    expect(executed).toEqual(['a', 'b']);
    expect(Object.entries(ends).map(([name, { state }]) => [name, state])).toEqual([
      ['a', 'passed'],
      ['b', 'failed'],
    ]);
  });

  it('after the tests are all executed, and the first failure counts', async () => {
    const { record, place, executed } = setUp({ a: 1, b: 2 });
    const after = { moment: 'after' } as const;
    const hooks = [hook('x'), hook('a', after), hook('b', after), hook('c', after)];
    expect((await runHooksAfter(hooks, record, place))?.message).toContain('Hook a');
    expect(executed).toEqual(['a', 'b', 'c']);
  });

  it('that ended in an earlier attempt are not executed again', async () => {
    const { record, place, executed } = setUp();
    const hooks = [hook('a', { state: 'passed' }), hook('b')];
    expect(await runHooksBefore(hooks, record, place)).toEqual({ kind: 'passed' });
    expect(executed).toEqual(['b']);
    const failed = [hook('a', { state: 'failed', code: 'HOOK_FAILED', message: 'exit code 1' }), hook('b')];
    expect(await runHooksBefore(failed, record, place)).toMatchObject({ kind: 'failed' });
    expect(executed).toEqual(['b']);
  });

  it('that were interrupted and may not be repeated fail without a start', async () => {
    const { record, place, executed, ends } = setUp({}, ['a']);
    const outcome = await runHooksBefore([hook('a', { state: 'interrupted', starts: 1 })], record, place);
    expect(outcome).toMatchObject({ kind: 'failed', reason: { code: 'HOOK_INTERRUPTED' } });
    expect([executed, ends['a']?.code]).toEqual([[], 'HOOK_INTERRUPTED']);
  });

  it('that may be repeated get a log for each start', async () => {
    const { record, place, executed, paths } = setUp();
    const repeatable = hook('a', { state: 'interrupted', starts: 1, repeatable: true, round: 2 });
    expect(await runHooksBefore([repeatable], record, place)).toEqual({ kind: 'passed' });
    expect([executed, paths]).toEqual([['a'], ['hooks/01-before-a-after-attempt-2-start-2.txt']]);
  });

  it.each(['CONTAINER_VANISHED', 'DISK_FULL'] as const)(
    'leave one whose end is unknown by %s to the next attempt if it may be repeated; otherwise it is interrupted',
    async (code) => {
      const fault = new Fault(code, 'gone');
      const first = setUp({ a: fault });
      await expect(
        runHooksBefore([hook('a', { repeatable: true })], first.record, first.place),
      ).rejects.toMatchObject({ code });
      expect(first.ends).toEqual({});
      const second = setUp({ a: fault });
      const outcome = await runHooksBefore([hook('a')], second.record, second.place);
      expect(outcome).toMatchObject({ kind: 'failed', reason: { code: 'HOOK_INTERRUPTED' } });
    },
  );

  it('that wait are left to the next attempt when the worker stops, if they may be repeated', async () => {
    const wait = { everySeconds: 0, values: [], failedValues: [] };
    const action = {
      kind: 'request',
      method: 'GET',
      url: 'https://deploy.example.com/',
      headers: {},
      wait,
    } as const;
    const execute = async (repeatable: boolean) => {
      const { record, place } = setUp();
      const statuses = [503, 200];
      const send = async () => ({ status: statuses.shift() ?? 500, text: '' });
      return runHooksBefore([hook('a', { action, repeatable })], record, {
        ...place,
        send,
        stop: AbortSignal.abort(),
      });
    };
    expect(await execute(true)).toEqual({ kind: 'stopped' });
    // It would count as interrupted there.
    expect(await execute(false)).toEqual({ kind: 'passed' });
  });

  it('start none when the container cannot be made', async () => {
    const { record, place, executed, ends } = setUp();
    const refused = new Fault('IMAGE_MISSING', 'no image');
    const broken = { ...place, prepareContainer: () => Promise.reject(refused) };
    await expect(runHooksBefore([hook('a')], record, broken)).rejects.toBe(refused);
    expect(ends).toEqual({});
    const reason = await runHooksAfter([hook('b', { moment: 'after' })], record, broken);
    expect([reason?.code, ends['b']?.state, executed]).toEqual(['IMAGE_MISSING', 'failed', []]);
  });
});
