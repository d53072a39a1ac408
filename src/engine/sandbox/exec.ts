import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { PassThrough, Readable } from 'node:stream';
import { Fault } from '../../faults/fault.ts';
import type { Exec, ExecEnd, ExecRequest } from '../engine.ts';
import { createOutputs } from '../outputs.ts';
import { enterSandbox } from './confinement.ts';
import { defaultPath } from './keeper.ts';
import type { MemoryGuard } from './memory.ts';
import { isAlive } from './process.ts';
import type { Programs } from './programs.ts';
import { runningKeeper, type Sandbox } from './record.ts';

const changeFolder = 'cd -- "$1" || exit 126; shift; exec "$@"';

/** Starts a process in a running sandbox, confined as `enterSandbox` says. Errors: CONTAINER_VANISHED. */
export async function startExec(
  programs: Programs,
  memory: MemoryGuard,
  sandbox: Sandbox,
  request: ExecRequest,
): Promise<Exec> {
  const { id, spec } = sandbox.container;
  const keeper = runningKeeper(sandbox);
  if (!keeper) throw new Fault('CONTAINER_VANISHED', `The sandbox ${spec.name} is not running.`);
  const { argv, cwd, env = {}, stdin = false } = request;
  const entrance = enterSandbox(programs, keeper.init.pid);
  if (!entrance) throw new Fault('CONTAINER_VANISHED', `The sandbox ${spec.name} is not running.`);
  const [program, ...enter] = entrance;
  const startedAtMs = performance.now();
  const child = spawn(
    program,
    [...enter, ...(cwd === undefined ? argv : ['sh', '-c', changeFolder, 'sh', cwd, ...argv])],
    {
      stdio: [stdin ? 'pipe' : 'ignore', 'pipe', 'pipe'],
      env: { PATH: defaultPath, HOME: '/tmp', ...spec.env, ...env },
      detached: true,
    },
  );
  const exited: Promise<number> = new Promise((resolve) => {
    child.once('error', () => resolve(127));
    // setpriv becomes nsenter, and nsenter ends with the signal that ended the command.
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
  const release = memory.guard(id, keeper.init.pid, spec.memoryBytes, (pid) => {
    const killer = ['sh', '-c', 'kill -s KILL "$1"', 'sh', String(pid)];
    spawn(program, [...enter, ...killer], { stdio: 'ignore', env: { PATH: defaultPath } }).on(
      'error',
      () => {},
    );
  });

  const outputs = createOutputs();
  const copy = async (from: Readable | null, to: PassThrough) => {
    for await (const piece of from ?? []) await outputs.write(to, piece as Uint8Array);
  };
  const copied = Promise.allSettled([copy(child.stdout, outputs.stdout), copy(child.stderr, outputs.stderr)]);

  const ended = (async (): Promise<ExecEnd> => {
    const code = await exited;
    await Promise.race([copied, outputs.quiet()]);
    release();
    child.stdout?.destroy();
    child.stderr?.destroy();
    outputs.end();
    if (code !== 0 && !isAlive(keeper.init)) {
      return { kind: 'unknown', message: 'the sandbox was removed or stopped' };
    }
    return { kind: 'exited', code, outOfMemory: code !== 0 && memory.limitReachedSince(id, startedAtMs) };
  })();

  return { stdin: child.stdin ?? undefined, stdout: outputs.stdout, stderr: outputs.stderr, ended };
}
