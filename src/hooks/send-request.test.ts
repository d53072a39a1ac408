import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Fault } from '../faults/fault.ts';
import type { HookRequest } from '../model/hook.ts';
import type { HookAnswer, HookPlace } from './hook-place.ts';
import { fieldOf, sendRequest } from './send-request.ts';

const values = new Map([
  ['MATRE_RUN', '12'],
  ['TOKEN', 's3cret "quoted"'],
]);

/** Sends a request to a server that gives one answer after the other; `undefined`: none. */
async function send(
  action: Partial<HookRequest>,
  answers: (HookAnswer | undefined)[],
  more: Partial<HookPlace> = {},
) {
  const sent: { url: string; headers: Record<string, string>; body?: string }[] = [];
  const output = new PassThrough();
  const place: HookPlace = {
    values,
    runVariables: [],
    prepareContainer: async () => {},
    command: () => Promise.reject(new Error('no command')),
    async send(url, { headers, body }) {
      sent.push({ url, headers, ...(body !== undefined && { body }) });
      const answer = answers.shift();
      if (answer) return answer;
      throw new Error('deploy.example.com: ECONNREFUSED.');
    },
    openLog: () => Promise.reject(new Error('no log')),
    line: () => {},
    signal: new AbortController().signal,
    assertHeld: () => {},
    stop: undefined,
    ...more,
  };
  const outcome = await sendRequest({
    action: { kind: 'request', method: 'GET', url: 'https://deploy.example.com/', headers: {}, ...action },
    key: 'key-1',
    limitMs: 5_000,
    output,
    place,
    mayStop: true,
  });
  return { outcome, sent, log: output.read()?.toString() as string };
}

const ok = (text = '') => ({ status: 200, text });
const wait = { everySeconds: 0, field: 'deployment.state', values: ['done'], failedValues: ['failed'] };
const state = (text: string) => ok(JSON.stringify({ deployment: { state: text } }));

describe('the request of a hook', () => {
  it('fills in variables as the place needs them, and names the run by a key', async () => {
    const { sent, outcome, log } = await send(
      {
        url: 'https://deploy.example.com/{{MATRE_RUN}}?token={{ TOKEN }}',
        headers: { 'Content-Type': 'application/json', 'x-token': '{{TOKEN}}' },
        body: '{"token":"{{TOKEN}}"}',
      },
      [ok()],
    );
    expect(outcome).toEqual({ kind: 'passed' });
    expect(sent[0]?.url).toBe('https://deploy.example.com/12?token=s3cret%20%22quoted%22');
    expect(sent[0]?.headers).toMatchObject({ 'idempotency-key': 'key-1', 'x-token': 's3cret "quoted"' });
    expect(JSON.parse(sent[0]?.body ?? '')).toEqual({ token: 's3cret "quoted"' });
    expect(log).not.toContain('token');
  });

  it.each<[string, Partial<HookRequest>]>([
    ['URL', { url: 'https://deploy.example.com/{{OTHER}}' }],
    ['headers', { headers: { 'x-token': '{{OTHER}}' } }],
    ['body', { method: 'POST', body: '{{OTHER}}' }],
  ])('fails at once without a value of a variable in its %s, also when it waits', async (_, action) => {
    await expect(send({ ...action, wait }, [ok(), ok()])).rejects.toMatchObject({
      code: 'HOOK_FAILED',
      message: expect.stringContaining('OTHER'),
    });
  });

  it.each([
    [{}, 200, 'passed'],
    [{}, 302, 'failed'],
    [{ statuses: [409] }, 409, 'passed'],
    [{ statuses: [409] }, 200, 'failed'],
  ] as const)('with %j and the status %d has %s', async (action, status, kind) => {
    const statuses = 'statuses' in action ? { statuses: [...action.statuses] } : {};
    expect((await send(statuses, [{ status, text: '' }])).outcome.kind).toBe(kind);
  });

  it('fails without an answer; while it waits, it is sent again', async () => {
    expect((await send({}, [undefined])).outcome).toMatchObject({
      kind: 'failed',
      message: expect.stringContaining('ECONNREFUSED'),
    });
    const waiting = await send({ wait }, [
      undefined,
      { status: 503, text: '' },
      state('running'),
      state('done'),
    ]);
    expect(waiting.outcome.kind).toBe('passed');
    expect(waiting.sent).toHaveLength(4);
  });

  it('stops waiting at a value that fails, and when its time is over', async () => {
    expect((await send({ wait }, [state('running'), state('failed'), state('done')])).sent).toHaveLength(2);
    const late = await send({ wait: { ...wait, everySeconds: 6 } }, [state('running'), state('done')]);
    expect(late.outcome).toMatchObject({
      kind: 'failed',
      message: expect.stringMatching(/^GET .* deployment\.state is "running"\.$/),
    });
    expect(late.sent).toHaveLength(1);
  });

  it('does not wait for a server that it must not reach', async () => {
    let requests = 0;
    const refuse = () => {
      requests += 1;
      return Promise.reject(new Fault('HOOK_FAILED', 'Hooks must not send requests to it.'));
    };
    const { outcome } = await send({ wait }, [], { send: refuse });
    expect(outcome).toMatchObject({ kind: 'failed', message: expect.stringContaining('must not') });
    expect(requests).toBe(1);
  });

  it('stops waiting when the worker stops, and is not sent when the run is lost', async () => {
    const stop = AbortSignal.abort();
    expect((await send({ wait }, [state('running')], { stop })).outcome.kind).toBe('stopped');
    const lost = () => {
      throw new Error('lost');
    };
    await expect(send({ wait }, [state('done')], { assertHeld: lost })).rejects.toThrow('lost');
  });
});

describe('a field of an answer', () => {
  it.each([
    ['{"a":{"b":[{"c":true}]}}', 'a.b.0.c', 'true'],
    ['{"a":1}', 'a', '1'],
    ['{"a":null}', 'a', undefined],
    ['{"a":{}}', 'a', undefined],
    ['{"a":"x"}', 'a.length', undefined],
    ['{}', '__proto__', undefined],
    ['not JSON', 'a', undefined],
  ])('of %s at %s is %s', (text, path, expected) => {
    expect(fieldOf(text, path)).toBe(expected);
  });
});
