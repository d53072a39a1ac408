import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { programOf } from '../support/child.ts';
import { monotonicMs } from './clock.ts';

/** The slot of a worker process, which is started again when it has ended. */
export interface WorkerProcess {
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
  /** `undefined`: indefinitely. */
  to: number | undefined;
}

export interface Workers {
  processes: WorkerProcess[];
  absences: Absence[];
  readonly canMoveClocks: boolean;
  /** Ends all processes, gracefully at first. Returns the names of those that had to be killed. */
  stop(): Promise<string[]>;
}

/**
 * The absences of all processes without an end, also of other installations: a process may get the pid of one that is dead (Linux uses
 * 32,768 of them by default, and ten minutes of faults start more processes), whose absence ends with that.
 */
const openAbsences = new Set<Absence>();

function endAbsencesOf(pid: number): void {
  for (const absence of openAbsences) {
    if (absence.pid !== pid) continue;
    absence.to ??= monotonicMs();
    openAbsences.delete(absence);
  }
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
  commandPrefix?: readonly string[];
}): Workers {
  const { command, settings, folder, faketime, commandPrefix = [] } = options;
  const absences: Absence[] = [];
  let stopping = false;
  const recordAbsence = (pid: number, kind: Absence['kind']) => {
    const absence: Absence = { pid, kind, from: monotonicMs(), to: undefined };
    absences.push(absence);
    openAbsences.add(absence);
  };
  const recordDeath = (pid: number) => {
    if ([...openAbsences].some((absence) => absence.pid === pid && absence.kind === 'dead')) return;
    recordAbsence(pid, 'dead');
  };

  function openWorkerProcess(
    name: string,
  ): WorkerProcess & { running: Promise<void>; child(): ChildProcess | undefined } {
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
        const [program = '', ...argv] = [...commandPrefix, process.execPath, ...matre];
        child = spawn(program, argv, {
          cwd: project,
          env: { PATH: process.env['PATH'], ...settings, ...faked },
          stdio: ['ignore', 'pipe', log],
        });
        closeSync(log);
        const pid = child.pid ?? 0;
        endAbsencesOf(pid);
        worker.pid = pid;
        child.stdout?.on('data', (text: Buffer) => {
          if (/ (?:are|is) up/.test(String(text))) worker.ready = true;
        });
        await once(child, 'exit');
        worker.pid = undefined;
        worker.ready = false;
        recordDeath(pid);
        if (!stopping) await delay(300);
      }
    }

    const worker = {
      name,
      pid: undefined as number | undefined,
      ready: false,
      running: Promise.resolve(),
      child: () => child,
      signal(signal: NodeJS.Signals) {
        const { pid } = worker;
        if (pid === undefined) return;
        child?.kill(signal);
        const open = absences.find(
          (absence) => absence.pid === pid && absence.kind === 'stopped' && absence.to === undefined,
        );
        if (signal === 'SIGKILL') {
          worker.ready = false;
          recordDeath(pid);
        }
        if (signal === 'SIGSTOP') recordAbsence(pid, 'stopped');
        if (signal === 'SIGCONT' && open) open.to = monotonicMs();
      },
      moveClock: (seconds: number) => writeFileSync(clock, `${seconds < 0 ? '' : '+'}${seconds}`),
    };
    worker.running = run();
    return worker;
  }

  const processes = options.names.map(openWorkerProcess);
  return {
    processes,
    absences,
    canMoveClocks: faketime !== undefined,
    async stop() {
      stopping = true;
      const killed: string[] = [];
      await Promise.all(
        processes.map(async (worker) => {
          worker.signal('SIGCONT');
          worker.signal('SIGTERM');
          const stopWait = new AbortController();
          const late = delay(stopMs, 'late' as const, { signal: stopWait.signal }).catch(() => undefined);
          if ((await Promise.race([worker.running, late])) === 'late') {
            killed.push(worker.name);
            worker.signal('SIGKILL');
            await worker.running;
          }
          stopWait.abort();
        }),
      );
      return killed;
    },
  };
}

/** Combines several groups of workers. */
export function joinWorkers(groups: readonly Workers[]): Workers {
  return {
    processes: groups.flatMap(({ processes }) => processes),
    get absences() {
      return groups.flatMap(({ absences }) => absences);
    },
    canMoveClocks: groups.every(({ canMoveClocks }) => canMoveClocks),
    stop: async () => (await Promise.all(groups.map((workers) => workers.stop()))).flat(),
  };
}
