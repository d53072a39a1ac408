import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Engine, ExecEnd } from '../../src/engine/engine.ts';

/** An engine whose only container is this machine: `exec` starts a process here, with the container's name ignored. */
export function localEngine(): Engine {
  const exec: Engine['exec'] = async (_container, { argv, cwd, env }) => {
    const [program = '', ...args] = argv;
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = once(child, 'close').then(
      ([code]): ExecEnd => ({ kind: 'exited', code: Number(code), outOfMemory: false }),
    );
    return { stdin: undefined, stdout: child.stdout, stderr: child.stderr, ended };
  };
  return { exec } as Engine;
}
