import { createHash } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { expect } from 'vitest';
import type { ContainerSpec, Exec } from '../../src/engine/engine.ts';
import { capture } from '../../src/engine/read-all.ts';
import type { Supervised } from '../../src/engine/supervised.ts';
import { Fault, type FaultCode } from '../../src/faults/fault.ts';
import type { Subject } from './subject.ts';

const mebibyte = 1024 ** 2;

/** What tests of an engine do with it. `opened`: the engine, once it is open. */
export function createEngineTools(opened: () => Subject) {
  const make = async (changes: Partial<ContainerSpec> = {}) =>
    opened().engine.create(await opened().spec(changes));
  const say = async (container: string, ...argv: string[]) => {
    const { code, stdout, stderr } = await capture(opened().engine, container, argv);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout;
  };
  const tmpfs = (target: string, sizeBytes = mebibyte, mode = 0o700) => ({ target, sizeBytes, mode });
  const output = async (exec: Pick<Exec | Supervised, 'stdout' | 'stderr' | 'ended'>) => {
    const [stdout, stderr] = await Promise.all([text(exec.stdout), text(exec.stderr)]);
    return { stdout, stderr, end: await exec.ended };
  };

  /**
   * A process tree whose processes can be found by `mark`, without the supervisor: one of them is in another session.
   */
  const tree = (mark: string) => [
    'sh',
    '-c',
    `sleep ${mark} & setsid sh -c "trap : TERM; while :; do sleep ${mark}; done" & echo up; wait`,
  ];
  const newMark = () => String(100_000 + Math.floor(Math.random() * 900_000));
  const alive = async (container: string, mark: string) => {
    const look =
      'for f in /proc/[0-9]*; do case "$(tr "\\0" " " <$f/cmdline 2>/dev/null)" in "sleep $1 "*) echo "$f";; esac; done';
    const { stdout } = await capture(opened().engine, container, ['sh', '-c', look, 'sh', mark]);
    return stdout.split('\n').filter((line) => line !== '').length;
  };
  return { make, say, tmpfs, output, tree, newMark, alive };
}

export type EngineTools = ReturnType<typeof createEngineTools>;

export async function expectFault(work: Promise<unknown>, code: FaultCode): Promise<void> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Fault)) throw new Error(`No ${code}, but ${error}`, { cause: error });
  expect(`${error.code}: ${error.message}`).toMatch(new RegExp(`^${code}: `));
}

export function sha256(content: string): string {
  return createHash('sha256').update(content).digest('hex');
}
