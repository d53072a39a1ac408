import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type Docker from 'dockerode';
import type { Exec, ExecEnd, ExecRequest } from '../engine.ts';
import { createOutputs } from '../outputs.ts';
import { demux } from './demux.ts';
import type { ContainerEvents } from './events.ts';
import { engineFault, statusOf } from './faults.ts';
import { inTime } from './open-stream.ts';

/** How often the engine is asked whether a process whose output is open still runs. */
const pollMs = 1_000;
/**
 * How long news of the container may take after a process ended with an error. Measured: `oom` comes up to 100 ms later. A process
 * that got SIGKILL is more likely to have been one of a container's end, and that takes the engine longer.
 */
const newsMs = (code: number) => (code === 137 ? 2_000 : 400);
/** How long an engine may be silent before the end of a process is given up as unknown. */
const silenceMs = 15_000;

/** Starts a process in a running container. Errors: CONTAINER_VANISHED, ENGINE_UNREACHABLE, ENGINE_FAILED. */
export async function startExec(
  /** `docker` answers in time or not at all; `streams` may be silent. */
  {
    docker,
    streams,
    events,
    startMs,
  }: {
    docker: Docker;
    streams: Docker;
    events: ContainerEvents;
    /** How long the engine may take to start a process: its output may be silent after that, the answer may not. */
    startMs: number;
  },
  id: string,
  request: ExecRequest,
): Promise<Exec> {
  const { argv, cwd, env = {}, stdin = false } = request;
  const container = docker.getContainer(id);
  const what = `${argv[0]} cannot be started in ${id}`;
  let exec: Docker.Exec;
  let socket: Duplex;
  let containerId: string;
  let startedAt: string;
  const begun = performance.now();
  try {
    await events.ready();
    const found = await container.inspect();
    containerId = found.Id;
    startedAt = found.State.StartedAt;
    exec = await container.exec({
      Cmd: argv,
      Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
      AttachStdin: stdin,
      AttachStdout: true,
      AttachStderr: true,
      ...(cwd === undefined ? {} : { WorkingDir: cwd }),
    });
    socket = await inTime(startMs, (abortSignal) =>
      streams.getExec(exec.id).start({ hijack: true, stdin, abortSignal }),
    );
  } catch (error) {
    throw engineFault(error, what, { 404: 'CONTAINER_VANISHED', 409: 'CONTAINER_VANISHED' });
  }

  const outputs = createOutputs();
  const carry = async () => {
    for await (const { stream, data } of demux(socket)) {
      await outputs.pass(stream === 2 ? outputs.stderr : outputs.stdout, data);
    }
  };
  // A connection that breaks ends the output as if the process had closed it; what the engine knows of the process decides.
  let open = true;
  const carried = carry()
    .catch(() => {})
    .then(() => {
      open = false;
    });

  /** Settles with what the engine says of the process when it runs no more. */
  async function finished(): Promise<ExecEnd> {
    let silentSince: number | undefined;
    let pause = 10;
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
      if (open) {
        // The open connection keeps the process alive, the clock must not: it goes on after the connection.
        await Promise.race([carried, delay(pollMs, undefined, { ref: false })]);
      } else {
        await delay(pause);
        pause = Math.min(pause * 2, pollMs);
      }
    }
  }

  /** Why a process ended with an error: by itself, by the end of its container, or by the kernel for want of memory? */
  async function explained(end: ExecEnd): Promise<ExecEnd> {
    if (end.kind === 'unknown' || end.code === 0) return end;
    const incidents = await events.since(containerId, begun, newsMs(end.code));
    if (incidents.has('die')) return { kind: 'unknown', message: 'the container ended' };
    try {
      // The subscription may have missed it.
      const { State } = await container.inspect();
      if (!State.Running || State.StartedAt !== startedAt) {
        return { kind: 'unknown', message: 'the container was stopped' };
      }
    } catch (error) {
      const message =
        statusOf(error) === 404 ? 'the container was removed' : engineFault(error, what).message;
      return { kind: 'unknown', message };
    }
    return { ...end, outOfMemory: incidents.has('oom') };
  }

  const ended = (async () => {
    const end = await finished();
    await Promise.race([carried, outputs.quiet()]);
    socket.destroy();
    outputs.end();
    return explained(end);
  })();

  return { stdin: stdin ? socket : undefined, stdout: outputs.stdout, stderr: outputs.stderr, ended };
}
