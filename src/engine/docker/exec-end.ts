import type Docker from 'dockerode';
import { delay } from '../../async/delay.ts';
import type { ExecEnd } from '../engine.ts';
import type { ContainerEvents } from './events.ts';
import { engineFault, statusOf } from './faults.ts';

/** How often the engine is asked whether a process whose output is open still runs. */
const pollMs = 1_000;
/** How long an engine may be silent before the end of a process is reported as unknown. */
const silenceMs = 15_000;
/**
 * How long the event of a container may take after one of its processes ended with an error. Measured: `oom` comes up to
 * 100 ms later. A process that got SIGKILL more likely ended with its container, and that takes the engine longer.
 */
const eventMs = (code: number) => (code === 137 ? 2_000 : 400);

/**
 * Resolves with the engine's report of a process that has ended. While its output is open the engine is polled slowly, after
 * that with a backoff from 10 ms. Never rejects.
 */
export async function waitForEnd(
  exec: Docker.Exec,
  /** Resolves when the output is closed; a connection that breaks closes it too, so only the engine knows of the process. */
  outputClosed: Promise<void>,
  what: string,
): Promise<ExecEnd> {
  let isOutputOpen = true;
  const closed = outputClosed.then(() => {
    isOutputOpen = false;
  });
  let silentSince: number | undefined;
  let backoffMs = 10;
  for (;;) {
    try {
      const { Running, ExitCode } = await exec.inspect();
      if (!Running && ExitCode !== null) return { kind: 'exited', code: ExitCode, outOfMemory: false };
      silentSince = undefined;
    } catch (error) {
      if (statusOf(error) === 404) return { kind: 'unknown', message: 'the container was removed' };
      silentSince ??= performance.now();
      if (performance.now() - silentSince > silenceMs) {
        return { kind: 'unknown', message: engineFault(error, what).message };
      }
    }
    if (isOutputOpen) {
      // The open connection keeps this process alive. The timer must not: it would outlive the connection.
      await Promise.race([closed, delay(pollMs, undefined, { ref: false })]);
    } else {
      await delay(backoffMs);
      backoffMs = Math.min(backoffMs * 2, pollMs);
    }
  }
}

/** A container and when it started, so that a restart is noticed. */
export interface StartedContainer {
  container: Docker.Container;
  id: string;
  startedAt: string;
}

/**
 * Adds the cause to the end of a process that exited with an error: its container ended (`unknown`), the kernel killed it at
 * the memory limit (`outOfMemory`), or neither. `begun`: the start of the process in `performance.now()`. Never rejects.
 */
export async function explainEnd(
  end: ExecEnd,
  { container, id, startedAt }: StartedContainer,
  events: ContainerEvents,
  startedAtMs: number,
  what: string,
): Promise<ExecEnd> {
  if (end.kind === 'unknown' || end.code === 0) return end;
  const incidents = await events.since(id, startedAtMs, eventMs(end.code));
  if (incidents.has('die')) return { kind: 'unknown', message: 'The container ended.' };
  try {
    // The subscription may have missed the event.
    const { State } = await container.inspect();
    if (!State.Running || State.StartedAt !== startedAt) {
      return { kind: 'unknown', message: 'the container was stopped' };
    }
  } catch (error) {
    const message = statusOf(error) === 404 ? 'the container was removed' : engineFault(error, what).message;
    return { kind: 'unknown', message };
  }
  return { ...end, outOfMemory: incidents.has('oom') };
}
