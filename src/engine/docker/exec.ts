import type { Duplex } from 'node:stream';
import type Docker from 'dockerode';
import { Fault } from '../../faults/fault.ts';
import type { Exec, ExecRequest } from '../engine.ts';
import { createOutputs, type Outputs } from '../outputs.ts';
import { demux } from './demux.ts';
import type { ContainerEvents } from './events.ts';
import { explainEnd, type StartedContainer, waitForEnd } from './exec-end.ts';
import { engineFault, statusOf } from './faults.ts';
import { openInTime } from './open-stream.ts';

export interface DockerClients {
  /** Its requests have a timeout. */
  docker: Docker;
  /** Without a timeout: its streams may be silent. */
  streams: Docker;
  events: ContainerEvents;
  /** How long the engine may take to start a process. Only the output may be silent longer than that, not the answer. */
  startMs: number;
}

/** Starts a process in a running container. Errors: CONTAINER_VANISHED, ENGINE_UNREACHABLE, ENGINE_FAILED. */
export async function startExec(clients: DockerClients, id: string, request: ExecRequest): Promise<Exec> {
  const what = `${request.argv[0]} cannot be started in ${id}`;
  const startedAtMs = performance.now();
  const { started, exec, socket } = await openExec(clients, id, request, what);
  const outputs = createOutputs();
  const copied = copyOutput(socket, outputs).catch(() => {});

  const ended = (async () => {
    const end = await waitForEnd(exec, copied, what);
    await Promise.race([copied, outputs.quiet()]);
    socket.destroy();
    outputs.end();
    return explainEnd(end, started, clients.events, startedAtMs, what);
  })();

  return {
    stdin: request.stdin ? socket : undefined,
    stdout: outputs.stdout,
    stderr: outputs.stderr,
    ended,
  };
}

async function openExec(
  { docker, streams, events, startMs }: DockerClients,
  id: string,
  { argv, cwd, env = {}, stdin = false }: ExecRequest,
  what: string,
): Promise<{ started: StartedContainer; exec: Docker.Exec; socket: Duplex }> {
  const container = docker.getContainer(id);
  try {
    // Before the process starts, so that none of its events is missed.
    await events.ready();
    const { Id, State } = await container.inspect();
    const exec = await container.exec({
      Cmd: argv,
      Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
      AttachStdin: stdin,
      AttachStdout: true,
      AttachStderr: true,
      ...(cwd === undefined ? {} : { WorkingDir: cwd }),
    });
    const socket = await openInTime(startMs, (abortSignal) =>
      streams.getExec(exec.id).start({ hijack: true, stdin, abortSignal }),
    );
    return { started: { container, id: Id, startedAt: State.StartedAt }, exec, socket };
  } catch (error) {
    const fault = engineFault(error, what, { 404: 'CONTAINER_VANISHED', 409: 'CONTAINER_VANISHED' });
    // The engine answers 500 when the container ends between the requests.
    if (fault.code !== 'ENGINE_FAILED' || (await isUsable(container))) throw fault;
    throw new Fault('CONTAINER_VANISHED', fault.message, { cause: error });
  }
}

/** Whether a process can be started in a container: it runs, and is not being removed. True when the engine does not say. */
async function isUsable(container: Docker.Container): Promise<boolean> {
  try {
    const { Running, Status } = (await container.inspect()).State;
    return Running && Status !== 'removing';
  } catch (error) {
    return statusOf(error) !== 404;
  }
}

async function copyOutput(socket: Duplex, outputs: Outputs): Promise<void> {
  for await (const { stream, data } of demux(socket)) {
    await outputs.write(stream === 2 ? outputs.stderr : outputs.stdout, data);
  }
}
