import { randomUUID } from 'node:crypto';
import { Writable } from 'node:stream';
import { beforeEach, expect, test } from 'vitest';
import type { ContainerInfo, Engine } from '../../src/engine/engine.ts';
import { capture } from '../../src/engine/read-all.ts';
import { superviseTo } from '../../src/engine/supervise-to.ts';
import {
  clearLeftovers,
  journalPath,
  leftovers,
  readClock,
  superviseExec,
} from '../../src/engine/supervised.ts';
import { startChild } from '../support/child.ts';
import { magentoRoot } from '../support/image.ts';
import { waitFor } from '../support/wait-for.ts';
import type { EngineKind, Subject } from './subject.ts';
import { type EngineTools, expectFault } from './tools.ts';

const caller = new URL('./exec-process.ts', import.meta.url);

/** Processes that end with their caller. */
export function supervisedConformance(
  kind: EngineKind,
  opened: () => { subject: Subject; shared: ContainerInfo },
  { make, say, output, tree, newMark, alive }: EngineTools,
): void {
  let { subject, shared } = opened();
  beforeEach(() => {
    ({ subject, shared } = opened());
  });

  const supervise = (container: string, token: string, argv: string[], options = {}) =>
    superviseExec(
      subject.engine,
      container,
      { argv },
      { token, beatMs: 200, limitMs: 60_000, graceMs: 1_000, ...options },
    );

  test('passes outputs, exit code, folder and variables, and writes the journal', async () => {
    const token = `t${randomUUID()}`;
    const { stdout, stderr, ended } = await superviseExec(
      subject.engine,
      shared.id,
      { argv: ['sh', '-c', 'echo "$PWD $SIZE"; exit 5'], cwd: magentoRoot, env: { SIZE: 'big' } },
      { token },
    );
    expect(await output({ stdout, stderr, ended })).toEqual({
      stdout: `${magentoRoot} big\n`,
      stderr: '',
      end: { kind: 'exited', code: 5, outOfMemory: false },
    });
    const lines = (await say(shared.id, 'cat', journalPath))
      .split('\n')
      .filter((line) => line.includes(token))
      .map((line) => line.split(' '));
    expect(lines.map(([word, , , detail]) => [word, detail])).toEqual([
      ['start', ''],
      ['end', '5'],
    ]);
    expect(Number(lines[1]?.[2])).toBeGreaterThanOrEqual(Number(lines[0]?.[2]));
  });

  test('refuses a token that could be confused with other text', async () => {
    await expectFault(supervise(shared.id, 'a b', ['true']), 'INPUT_INVALID');
  });

  test('invariant 6: runs while its caller sends heartbeats, and a cancel ends the whole process tree', async () => {
    const mark = newMark();
    const cancel = new AbortController();
    // Forty heartbeats fit into the limit: a busy machine may delay all but one of them.
    const limits = { limitMs: 8_000, signal: cancel.signal };
    const run = await supervise(shared.id, `t${mark}`, tree(mark), limits);
    const printed = output(run);
    await waitFor(async () => (await alive(shared.id, mark)) === 2);
    // Longer than the limit: heartbeats keep it alive.
    await say(shared.id, 'sleep', '10');
    expect(await alive(shared.id, mark)).toBe(2);
    expect((await leftovers(subject.engine, shared.id)).map(({ token }) => token)).toContain(`t${mark}`);
    cancel.abort();
    expect((await printed).end).toMatchObject({ kind: 'exited' });
    expect(await alive(shared.id, mark)).toBe(0);
    const second = supervise(shared.id, 't', ['true'], { signal: cancel.signal });
    await expect(second).rejects.toBe(cancel.signal.reason);
  });

  test('invariant 6: processes end when their caller is killed', async () => {
    const mark = newMark();
    const child = startChild(caller, [kind, subject.folder, shared.id, `t${mark}`, '3600000', ...tree(mark)]);
    expect(await child.line()).toBe('up');
    await waitFor(async () => (await alive(shared.id, mark)) === 2);
    await child.kill();
    await waitFor(async () => (await alive(shared.id, mark)) === 0);
  });

  test('invariant 6: processes end when their caller hangs', async () => {
    const mark = newMark();
    const child = startChild(caller, [kind, subject.folder, shared.id, `t${mark}`, '8000', ...tree(mark)]);
    try {
      expect(await child.line()).toBe('up');
      child.signal('SIGSTOP');
      await waitFor(async () => (await alive(shared.id, mark)) === 0);
      child.signal('SIGCONT');
      expect(await child.line()).toMatch(/^ended {"kind":"exited","code":[1-9]/);
    } finally {
      await child.kill();
    }
  });

  test('invariant 1: a process tree does not outlive its deadline, even though its caller sends heartbeats', async () => {
    const mark = newMark();
    const clock = await readClock(subject.engine, shared.id);
    // Long enough for a start on a busy machine; then the heartbeats bring an earlier deadline.
    let end = performance.now() + 3_600_000;
    const deadline = { until: () => end, clock };
    const run = await supervise(shared.id, `t${mark}`, tree(mark), { fence: 1, deadline });
    const printed = output(run);
    await waitFor(async () => (await alive(shared.id, mark)) === 2);
    end = performance.now() + 1_000;
    expect((await printed).end).toMatchObject({ kind: 'exited', code: 137 });
    expect(performance.now()).toBeGreaterThan(end);
    expect(await alive(shared.id, mark)).toBe(0);
    const late = await supervise(shared.id, `t${mark}`, ['echo', 'ran'], { fence: 1, deadline });
    expect(await output(late)).toMatchObject({ stdout: '', end: { kind: 'exited', code: 75 } });
  });

  test('a command that comes after its deadline is sent again, up to three times', async () => {
    const clock = await readClock(subject.engine, shared.id);
    const execute = async (untilAtStart: number[], argv: string[]) => {
      const written: string[] = [];
      const output = new Writable({ write: (chunk, _, done) => done(void written.push(String(chunk))) });
      const end = await superviseTo(
        subject.engine,
        shared.id,
        { argv },
        {
          ...{
            token: `t${newMark()}`,
            fence: 1,
            output,
            pace: async () => {},
            beatMs: 3_600_000,
            limitMs: 3_600_000,
          },
          ...{ signal: new AbortController().signal },
          deadline: { until: () => untilAtStart.shift() ?? 0, clock },
        },
      );
      return { end, text: written.join('') };
    };
    const future = performance.now() + 3_600_000;
    const { end, text } = await execute([0, 0, future], ['sh', '-c', 'echo ran; exit 75']);
    expect(end).toMatchObject({ kind: 'exited', code: 75 });
    expect(text).toBe(`${'matre: not started, because its deadline had passed\n'.repeat(2)}ran\n`);
    await expect(execute([0, 0, 0], ['echo', 'ran'])).rejects.toMatchObject({ code: 'ENGINE_FAILED' });
  });

  test('invariant 1: an unobserved end is reported when no process runs any more', async () => {
    const { id } = await make();
    const clock = await readClock(subject.engine, id);
    let end = performance.now() + 3_600_000;
    const deadline = { until: () => end, clock };
    let mark = newMark();
    const lost = { kind: 'unknown', message: 'the engine does not answer' } as const;
    /** Loses the connection to a process as soon as it runs and `then` has resolved. */
    const losing = (then: () => Promise<unknown>): Engine => ({
      ...subject.engine,
      async exec(container, request) {
        const exec = await subject.engine.exec(container, request);
        if (request.argv[2] !== 'run') return exec;
        const running = waitFor(async () => (await alive(id, mark)) === 2);
        return { ...exec, ended: running.then(then).then(() => lost) };
      },
    });
    const options = () => ({ token: `t${mark}`, fence: 1, deadline, beatMs: 200, limitMs: 3_600_000 });
    const run = await superviseExec(
      losing(async () => {}),
      id,
      { argv: tree(mark) },
      options(),
    );
    expect(await run.ended).toEqual(lost);
    expect(await alive(id, mark)).toBe(0);

    // The supervisor that was lost may still be killing by its token, so, as with the next attempt of a run, this is another.
    mark = newMark();
    // Without any answer of the engine the last deadline counts. A heartbeat brings it to the supervisor.
    const shorten = async () => {
      end = performance.now() + 5_000;
      const stored = ['sh', '-c', 'cat /opt/matre/until.*'];
      await waitFor(async () => {
        const { stdout } = await capture(subject.engine, id, stored);
        return Number(stdout) === clock(end) || (await alive(id, mark)) === 0;
      });
    };
    const silentEngine: Engine = { ...losing(shorten), inspect: () => new Promise(() => {}) };
    const lostExec = await superviseExec(silentEngine, id, { argv: tree(mark) }, options());
    expect(await lostExec.ended).toEqual(lost);
    expect(performance.now()).toBeGreaterThan(end);
    expect(await alive(id, mark)).toBe(0);
  });

  test('finds leftover processes of an earlier run, and ends them', async () => {
    const { id } = await make();
    const mark = newMark();
    // As if its supervisor had been killed together with everything that watched it.
    const env = { MATRE_EXEC: `:old-${mark}:` };
    const argv = ['sh', '-c', `setsid sleep ${mark} >/dev/null 2>&1 & exit 0`];
    await capture(subject.engine, id, argv, { env });
    await waitFor(async () => (await alive(id, mark)) === 1);
    const inspected = await leftovers(subject.engine, id);
    expect(inspected).toEqual([{ pid: expect.any(Number), token: `old-${mark}` }]);
    expect(await clearLeftovers(subject.engine, id, 'another')).toBe(true);
    expect(await alive(id, mark)).toBe(1);
    expect(await clearLeftovers(subject.engine, id)).toBe(true);
    expect(await leftovers(subject.engine, id)).toEqual([]);
    expect(await alive(id, mark)).toBe(0);
  });
}
