import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { monotonicMs } from './clock.ts';

/** A period in which the machine was too busy for its tasks. Monotonic milliseconds. */
export interface Stall {
  from: number;
  to: number;
}

const tickMs = 50;
/** A machine that has a free processor is late by a few milliseconds. */
const lateMs = 500;
/** Tasks that want a processor, for each that there is: everything takes this many times as long. */
const maxTasks = 4;
/** Over how many ticks the tasks are averaged: a second. */
const averagedTicks = 20;

/**
 * Records when the machine is too busy: a timer of this process, which does little itself, is late by half a second, or more
 * than four tasks for each processor want to run. The workers have to send a heartbeat every 500 ms and to renew their leases
 * every 600 ms, over several processes.
 */
export function watchStalls(): { stalls: Stall[]; stop(): void } {
  const stalls: Stall[] = [];
  const samples: number[] = [];
  let last = monotonicMs();
  const timer = setInterval(() => {
    const now = monotonicMs();
    samples.push(runnableTasks());
    if (samples.length > averagedTicks) samples.shift();
    const average = samples.reduce((sum, count) => sum + count, 0) / averagedTicks;
    if (now - last > tickMs + lateMs || average > maxTasks * availableParallelism())
      record(stalls, last, now);
    last = now;
  }, tickMs);
  return { stalls, stop: () => clearInterval(timer) };
}

function record(stalls: Stall[], from: number, to: number): void {
  const latest = stalls.at(-1);
  if (latest && latest.to >= from) latest.to = to;
  else stalls.push({ from, to });
}

/** The tasks of the whole machine that run or want to: the `5` of `0.50 0.40 0.30 5/400 12345`. */
function runnableTasks(): number {
  const [, runnable] = /(\d+)\/\d+/.exec(readFileSync('/proc/loadavg', 'utf8')) ?? [];
  return Number(runnable);
}
