import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { waitFor } from '../support/wait-for.ts';

const script = new URL('../../src/engine/supervisor.sh', import.meta.url).pathname;
const shells = [['dash'], ['bash'], ['busybox', 'ash']].filter(
  ([program = '']) => spawnSync('which', [program]).status === 0,
);

// The shells at the same time, because the tests wait for limits of seconds; the tests under each in turn.
describe.each(shells)('under %s %s', { concurrent: true }, (...shell) => {
  describe('supervisor.sh', { sequential: true }, () => {
    let folder: string;
    let journal: string;
    let token: string;
    let children: ChildProcess[];

    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'matre-supervisor-'));
      journal = join(folder, 'journal');
      token = `t${randomUUID()}`;
      children = [];
    });
    afterEach(() => {
      supervisor('clear', token);
      for (const child of children) child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    });

    const [program = 'sh', ...applet] = shell;
    const env = () => ({
      ...process.env,
      MATRE_JOURNAL: journal,
      MATRE_FENCE: join(folder, 'fence'),
      MATRE_UNTIL: join(folder, 'until'),
    });

    function supervisor(...args: string[]): { code: number | null; lines: string[] } {
      const { status, stdout } = spawnSync(program, [...applet, script, ...args], {
        env: env(),
        encoding: 'utf8',
      });
      return { code: status, lines: stdout.split('\n').filter((line) => line !== '') };
    }

    const run = (limits: number[], ...argv: string[]) => start([token, ...limits.map(String), '--', ...argv]);

    function start(args: string[]) {
      const child = spawn(program, [...applet, script, 'run', ...args], { env: env(), stdio: 'pipe' });
      children.push(child);
      let output = '';
      child.stdout.on('data', (piece) => {
        output += piece;
      });
      child.stderr.on('data', (piece) => {
        output += piece;
      });
      child.stdin.on('error', () => {});
      // 'close', not 'exit': the last output can arrive after the end of the process.
      const ended = once(child, 'close').then(([code]) => code as number);
      return { child, ended, output: () => output };
    }

    const ownProcesses = () => supervisor('list').lines.filter((line) => line.endsWith(` ${token}`));
    const record = () =>
      readFileSync(journal, 'utf8')
        .trim()
        .split('\n')
        .map((line) => {
          const [word, of, , detail] = line.split(' ');
          expect(of).toBe(token);
          return detail ? `${word} ${detail}` : word;
        });

    /** A tree with a child in the session, a grandchild that left it, and one that ignores TERM. */
    const tree = [
      'sh',
      '-c',
      'sleep 1000 & setsid sh -c "trap : TERM; while :; do sleep 1000; done" & setsid setsid sleep 1000 & echo up; wait',
    ];

    test('passes on the exit code and output of the command, whose input is empty', async () => {
      const { ended, output } = run([60, 1], 'sh', '-c', 'cat; echo out; echo err >&2; exit 7');
      expect(await ended).toBe(7);
      expect(output().split('\n').sort().join(' ').trim()).toBe('err out');
      expect(record()).toEqual(['start', 'end 7']);
    });

    test('exits with 127 for a command that does not exist', async () => {
      expect(await run([60, 1], 'no-such-command').ended).toBe(127);
    });

    test('passes arguments unchanged', async () => {
      const { ended, output } = run([60, 1], 'printf', '<%s>', 'a b', '$HOME', '--', '*', '');
      await ended;
      expect(output()).toBe('<a b><$HOME><--><*><>');
    });

    test('kills the processes that a command leaves behind', async () => {
      const { ended } = run([60, 1], 'sh', '-c', 'sleep 1000 & setsid sleep 1000 & exit 3');
      expect(await ended).toBe(3);
      expect(ownProcesses()).toEqual([]);
    });

    test('invariant 6: ends the whole tree on request', async () => {
      const { child, ended, output } = run([60, 1], ...tree);
      await waitFor(() => output().includes('up') && ownProcesses().length >= 5);
      child.stdin.write('stop\n');
      await ended;
      expect(ownProcesses()).toEqual([]);
      expect(record()).toEqual(['start', 'stop asked', expect.stringMatching(/^end 1\d\d$/)]);
    });

    test('invariant 6: ends the whole tree when its input ends', async () => {
      const { child, ended, output } = run([60, 1], ...tree);
      await waitFor(() => output().includes('up'));
      child.stdin.end();
      await ended;
      expect(ownProcesses()).toEqual([]);
      expect(record()).toContain('stop input-closed');
    });

    test('invariant 6: ends the whole tree when the heartbeat stops, and not before', async () => {
      // A busy machine may hold the heartbeats themselves back for the shorter limit (seen at a load of 45). Only then the longer one judges.
      const { alive, longestGap } = await sendHeartbeats(8);
      if (!alive) expect(longestGap).toBeGreaterThan(4);
      expect(alive || (await sendHeartbeats(60)).alive).toBe(true);
    });

    /**
     * Sends heartbeats for longer than `limit` seconds, then none, and waits for the end of the tree. Returns whether the tree lived until
     * the last heartbeat, and the longest time between two, in seconds.
     */
    async function sendHeartbeats(limit: number): Promise<{ alive: boolean; longestGap: number }> {
      const uptime = () => Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
      let last = uptime();
      const { child, ended, output } = run([limit, 1], ...tree);
      let longestGap = 0;
      const beats = setInterval(() => {
        child.stdin.write('beat\n');
        longestGap = Math.max(longestGap, uptime() - last);
        last = uptime();
      }, 200);
      await waitFor(() => output().includes('up'));
      const startedAt = uptime();
      await waitFor(() => uptime() - startedAt > limit + 2);
      const alive = ownProcesses().length > 0;
      clearInterval(beats);
      await ended;
      expect(ownProcesses()).toEqual([]);
      expect(record()).toContain('stop beats-stopped');
      return { alive, longestGap };
    }

    test('invariant 6: the tree does not outlive its supervisor', async () => {
      const { child, output } = run([60, 1], ...tree);
      const beats = setInterval(() => child.stdin.write('beat\n'), 200);
      await waitFor(() => output().includes('up'));
      child.kill('SIGKILL');
      await waitFor(() => ownProcesses().length === 0);
      clearInterval(beats);
      expect(record()).toContain('stop supervisor-gone');
    });

    test('kills a command that ignores TERM after the grace', async () => {
      const { child, ended, output } = run(
        [60, 1],
        'sh',
        '-c',
        'trap "" TERM; echo up; sleep 1000; sleep 1000',
      );
      await waitFor(() => output().includes('up'));
      child.stdin.write('stop\n');
      expect(await ended).toBe(137);
    });

    describe('the time limit of a command', () => {
      const withLimit = (hundredths: number, ...argv: string[]) =>
        start(['-t', String(hundredths), token, '60', '1', '--', ...argv]).ended;

      test('ends the tree of one that takes longer, with the code 124', async () => {
        expect(await withLimit(100, ...tree)).toBe(124);
        expect(ownProcesses()).toEqual([]);
        expect(record()).toEqual(['start', 'stop time-limit', 'end 124']);
      });

      test('kills one that ignores TERM after the grace', async () => {
        expect(await withLimit(10, 'sh', '-c', 'trap "" TERM; sleep 1000; sleep 1000')).toBe(124);
        expect(ownProcesses()).toEqual([]);
      });

      test('leaves the exit code of one that is faster', async () => {
        expect(await withLimit(60_000, 'sh', '-c', 'exit 7')).toBe(7);
        expect(record()).toEqual(['start', 'end 7']);
      });
    });

    test('lists and kills the processes that are left, of one run or of all', async () => {
      const other = `o${randomUUID()}`;
      for (const of of [token, other]) {
        const child = spawn('sleep', ['1000'], {
          env: { MATRE_EXEC: `:${of}:`, MORE: '1', PATH: '/bin:/usr/bin' },
        });
        children.push(child);
      }
      const remainingTokens = () => supervisor('list').lines.map((line) => line.split(' ')[1]);
      await waitFor(() => remainingTokens().includes(token) && remainingTokens().includes(other));
      expect(supervisor('clear', token).code).toBe(0);
      expect(remainingTokens()).not.toContain(token);
      expect(remainingTokens()).toContain(other);
      supervisor('clear', other);
    });

    test('runs the command when it cannot write a journal', async () => {
      journal = join(folder, 'no-such-folder', 'journal');
      const { ended, output } = run([60, 1], 'echo', 'out');
      expect(await ended).toBe(0);
      expect(output()).toBe('out\n');
    });

    describe('a fence', () => {
      async function fenced(...fence: number[]): Promise<[code: number, output: string]> {
        const { ended, output } = run([60, 1, ...fence], 'echo', 'ran');
        return [await ended, output()];
      }

      test('invariant 5: starts nothing when a newer one was admitted', async () => {
        expect(await fenced(1)).toEqual([0, 'ran\n']);
        expect(supervisor('admit', '2').code).toBe(0);
        expect(await fenced(1)).toEqual([75, '']);
        expect(await fenced(2)).toEqual([0, 'ran\n']);
        expect(record()).toEqual(['start', 'end 0', 'refused 2', 'start', 'end 0']);
      });

      test('can be admitted again, but not after a newer one', () => {
        for (const [fence, code] of [
          [9, 0],
          [10, 0],
          [10, 0],
          [9, 75],
        ])
          expect(supervisor('admit', String(fence)).code).toBe(code);
      });

      test('is not required of a command', async () => {
        supervisor('admit', '2');
        expect(await fenced()).toEqual([0, 'ran\n']);
      });
    });

    describe('a deadline', () => {
      const moment = () => Math.round(Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * 100);
      /** An hour ahead: a command starts before it on any machine; then a heartbeat brings it nearer. */
      const farDeadline = () => moment() + 360_000;

      test('invariant 1: ends the tree despite heartbeats, and despite a longer grace', async () => {
        const { child, ended, output } = run([60, 60, 1, farDeadline()], ...tree);
        const beats = setInterval(() => child.stdin.write('beat\n'), 100);
        await waitFor(() => output().includes('up'));
        child.stdin.write(`until ${moment() + 300}\n`);
        await ended;
        clearInterval(beats);
        expect(ownProcesses()).toEqual([]);
        expect(record()).toEqual(['start', 'stop time-over', 'end 137']);

        // This one has its deadline from the start and receives no other: 15 s are a hundred times what a shell needs.
        const stubborn = run(
          [60, 60, 1, moment() + 1_500],
          'sh',
          '-c',
          'trap "" TERM; echo up; sleep 1000; sleep 1000',
        );
        await waitFor(() => stubborn.output().includes('up'));
        stubborn.child.stdin.write('stop\n');
        await stubborn.ended;
        expect(ownProcesses()).toEqual([]);
      });

      test('is moved by a heartbeat', async () => {
        const { child, ended, output } = run([60, 1, 1, farDeadline()], 'sh', '-c', 'echo up; sleep 1000');
        await waitFor(() => output().includes('up'));
        const first = moment() + 1_000;
        child.stdin.write(`until ${first}\n`);
        child.stdin.write(`until ${first + 300}\n`);
        await ended;
        expect(moment()).toBeGreaterThanOrEqual(first + 300);
        expect(record()).toContain('stop time-over');
      });

      test('invariant 1: starts nothing when it has passed, and a late message cannot extend it', async () => {
        const { ended, output } = run([60, 1, 1, moment() - 1], 'echo', 'ran');
        expect([await ended, output()]).toEqual([
          75,
          'matre: not started, because its deadline had passed\n',
        ]);
        expect(record()).toEqual(['refused time-over']);
        const late = run([60, 1, 1, farDeadline()], 'sh', '-c', 'echo up; sleep 1000');
        await waitFor(() => late.output().includes('up'));
        late.child.stdin.write(`until ${moment() - 1}\n`);
        expect(await late.ended).toBe(137);
      });
    });
  });
});
