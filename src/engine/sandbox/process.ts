import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** Identifies a process of this machine uniquely: its id, and when it started (ticks since boot). */
export const processIdentity = z.object({ pid: z.number().int().positive(), start: z.string() });
export type ProcessIdentity = z.infer<typeof processIdentity>;

/** PF_EXITING of the kernel: the first process of a pid namespace has it while all the others are being killed. */
const exitingFlag = 0x4;

/** The identity of a running process; `undefined` when it has ended, is exiting, or waits to be reaped. */
export function identify(pid: number): ProcessIdentity | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // PID (NAME) STATE ...: the name may hold anything, so count from its end. man 5 proc: flags is field 9, starttime 22.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state = 'X'] = fields;
  const flags = Number(fields[9 - 3]);
  const start = fields[22 - 3];
  if (state === 'Z' || state === 'X' || (flags & exitingFlag) !== 0 || start === undefined) return undefined;
  return { pid, start };
}

/** Whether that process still runs. */
export function isAlive({ pid, start }: ProcessIdentity): boolean {
  return identify(pid)?.start === start;
}

/** Sends SIGKILL, but never to another process that got the same id. */
export function kill(process_: ProcessIdentity): void {
  if (!isAlive(process_)) return;
  try {
    process.kill(process_.pid, 'SIGKILL');
  } catch {
    // It ended just before.
  }
}
