import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { programOf } from '../support/child.ts';
import { monotonicMs } from './clock.ts';

/** The slot of a worker process, which is started again when it has ended. */
export interface Post {
  name: string;
  /** Of the current process. */
  pid: number | undefined;
  /** Whether it has reported that it is up. */
  ready: boolean;
  signal(signal: NodeJS.Signals): void;
  /** Moves the clock that the process sees, if libfaketime is there. */
  moveClock(seconds: number): void;
}

/** A period without a worker process that looks after its tests. Monotonic milliseconds. */
export interface Absence {
  pid: number;
  kind: 'dead' | 'stopped';
  from: number;
  /** `undefined`: for ever. */
  to: number | undefined;
}

export interface Workers {
  posts: Post[];
  absences: Absence[];
  readonly canMoveClocks: boolean;
  /** Ends all processes, gracefully at first. Returns the names of those that had to be killed. */
  stop(): Promise<string[]>;
}

const project = resolve(import.meta.dirname, '../..');

/** Timeout for a worker to stop at the end. */
const stopMs = 120_000;

/** Starts matre processes and restarts them whenever they end. Their logs go to files in `folder`. */
export function startWorkers(options: {
  names: string[];
  command: 'worker' | 'up';
  settings: Record<string, string>;
  folder: string;
  faketime: string | undefined;
  /** A command prefix that executes them in the same process. */
  within?: readonly string[];
}): Workers {
  const { command, settings, folder, faketime, within = [] } = options;
  const absences: Absence[] = [];
  let stopping = false;

  function openPost(name: string): Post & { running: Promise<void>; child(): ChildProcess | undefined } {
    const clock = join(folder, `${name}.clock`);
    writeFileSync(clock, '+0');
    const faked = faketime
      ? {
          LD_PRELOAD: faketime,
          FAKETIME_TIMESTAMP_FILE: clock,
          FAKETIME_NO_CACHE: '1',
          DONT_FAKE_MONOTONIC: '1',
        }
      : {};
    let child: ChildProcess | undefined;

    async function run(): Promise<void> {
      while (!stopping) {
        const log = openSync(join(folder, `${name}.log`), 'a');
        const matre = [...programOf(join(project, 'src/cli/main.ts')), command];
        const [program = '', ...argv] = [...within, process.execPath, ...matre];
        child = spawn(program, argv, {
          cwd: project,
          env: { PATH: process.env['PATH'], ...settings, ...faked },
          stdio: ['ignore', 'pipe', log],
        });
        closeSync(log);
        const pid = child.pid ?? 0;
        post.pid = pid;
        child.stdout?.on('data', (text: Buffer) => {
          if (/ (?:are|is) up/.test(String(text))) post.ready = true;
        });
        await once(child, 'exit');
        post.pid = undefined;
        post.ready = false;
        const known = absences.some((absence) => absence.pid === pid && absence.kind === 'dead');
        if (!known) absences.push({ pid, kind: 'dead', from: monotonicMs(), to: undefined });
        if (!stopping) await delay(300);
      }
    }

    const post = {
      name,
      pid: undefined as number | undefined,
      ready: false,
      running: Promise.resolve(),
      child: () => child,
      signal(signal: NodeJS.Signals) {
        const { pid } = post;
        if (pid === undefined) return;
        const now = monotonicMs();
        child?.kill(signal);
        const open = absences.find(
          (absence) => absence.pid === pid && absence.kind === 'stopped' && absence.to === undefined,
        );
        if (signal === 'SIGKILL') {
          post.ready = false;
          absences.push({ pid, kind: 'dead', from: now, to: undefined });
        }
        if (signal === 'SIGSTOP') absences.push({ pid, kind: 'stopped', from: now, to: undefined });
        if (signal === 'SIGCONT' && open) open.to = monotonicMs();
      },
      moveClock: (seconds: number) => writeFileSync(clock, `${seconds < 0 ? '' : '+'}${seconds}`),
    };
    post.running = run();
    return post;
  }

  const posts = options.names.map(openPost);
  return {
    posts,
    absences,
    canMoveClocks: faketime !== undefined,
    async stop() {
      stopping = true;
      const killed: string[] = [];
      await Promise.all(
        posts.map(async (post) => {
          post.signal('SIGCONT');
          post.signal('SIGTERM');
          const over = new AbortController();
          const late = delay(stopMs, 'late' as const, { signal: over.signal }).catch(() => undefined);
          if ((await Promise.race([post.running, late])) === 'late') {
            killed.push(post.name);
            post.signal('SIGKILL');
            await post.running;
          }
          over.abort();
        }),
      );
      return killed;
    },
  };
}

/** Combines several groups of workers. */
export function joinCrews(crews: readonly Workers[]): Workers {
  return {
    posts: crews.flatMap(({ posts }) => posts),
    get absences() {
      return crews.flatMap(({ absences }) => absences);
    },
    canMoveClocks: crews.every(({ canMoveClocks }) => canMoveClocks),
    stop: async () => (await Promise.all(crews.map((workers) => workers.stop()))).flat(),
  };
}
