import { Readable } from 'node:stream';
import type { MessagePort } from 'node:worker_threads';
import { Fault, type FaultCode, toFault } from '../faults/fault.ts';
import type { Engine, Exec, ExecEnd, ExecRequest } from './engine.ts';

/** The part of an engine that starts processes. */
export type ExecEngine = Pick<Engine, 'exec'>;

type Output = 'stdout' | 'stderr';

/** From a worker thread: starts a process, asks for the next piece of an output, or wants no more of it. */
type Request =
  | { kind: 'start'; id: number; container: string; request: Omit<ExecRequest, 'stdin'> }
  | { kind: 'next' | 'stop'; id: number; output: Output };

/** To the worker thread. */
type Message =
  | { kind: 'started'; id: number }
  | { kind: 'refused'; id: number; code: FaultCode; message: string }
  | { kind: 'piece'; id: number; output: Output; bytes: Uint8Array }
  | { kind: 'outputEnd'; id: number; output: Output }
  | { kind: 'end'; id: number; end: ExecEnd };

/**
 * Starts processes for a worker thread, which has the other end of the port and calls `openRemoteExec`. The outputs are passed on
 * piece by piece, as fast as the thread reads them. Nothing is passed on any more when the port is closed.
 */
export function serveExec(engine: ExecEngine, port: MessagePort): void {
  const outputs = new Map<string, Forwarding>();
  const send = (message: Message, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);

  const start = async ({ id, container, request }: Extract<Request, { kind: 'start' }>) => {
    let exec: Exec;
    try {
      exec = await engine.exec(container, request);
    } catch (error) {
      const { code, message } = toFault(error);
      send({ kind: 'refused', id, code, message });
      return;
    }
    for (const output of ['stdout', 'stderr'] as const) {
      const key = `${id} ${output}`;
      const forwarding = forward(exec[output], (piece) => {
        if (piece === undefined) {
          outputs.delete(key);
          send({ kind: 'outputEnd', id, output });
          return;
        }
        // A copy: the piece may be a part of a larger buffer, which must stay here.
        const bytes = new Uint8Array(piece);
        send({ kind: 'piece', id, output, bytes }, [bytes.buffer]);
      });
      outputs.set(key, forwarding);
    }
    send({ kind: 'started', id });
    void exec.ended.then((end) => send({ kind: 'end', id, end }));
  };

  port.on('message', (request: Request) => {
    if (request.kind === 'start') void start(request);
    else outputs.get(`${request.id} ${request.output}`)?.[request.kind]();
  });
  port.on('close', () => {
    for (const { stop } of outputs.values()) stop();
  });
}

interface Forwarding {
  /** Allows another piece. */
  next(): void;
  /** Ends the reading. */
  stop(): void;
}

/** Calls `send` with the pieces of a stream, each after a call of `next`, and with `undefined` at its end. */
function forward(stream: Readable, send: (piece: Uint8Array | undefined) => void): Forwarding {
  let allowed = 0;
  let wake = () => {};
  const copy = async () => {
    try {
      for await (const piece of stream) {
        while (allowed === 0) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
        allowed -= 1;
        send(piece);
      }
    } catch {
      // A stream that was destroyed has ended.
    }
    send(undefined);
  };
  void copy();
  return {
    next() {
      allowed += 1;
      wake();
    },
    stop() {
      allowed = Number.POSITIVE_INFINITY;
      stream.destroy();
      wake();
    },
  };
}

/** In a worker thread: starts processes through a port whose other end has `serveExec`. They have no standard input. */
export function openRemoteExec(port: MessagePort): ExecEngine {
  let lastId = 0;
  const processes = new Map<number, (message: Message) => void>();
  port.on('message', (message: Message) => processes.get(message.id)?.(message));
  return {
    exec(container, request) {
      lastId += 1;
      const id = lastId;
      const outputOf = (output: Output) =>
        new Readable({
          read: () => port.postMessage({ kind: 'next', id, output } satisfies Request),
          destroy(error, done) {
            port.postMessage({ kind: 'stop', id, output } satisfies Request);
            done(error);
          },
        });
      const outputs = { stdout: outputOf('stdout'), stderr: outputOf('stderr') };
      return new Promise((resolve, reject) => {
        const ended = new Promise<ExecEnd>((end) => {
          processes.set(id, (message) => {
            if (message.kind === 'started') resolve({ ...outputs, stdin: undefined, ended });
            else if (message.kind === 'refused') reject(new Fault(message.code, message.message));
            else if (message.kind === 'end') end(message.end);
            else {
              const stream = outputs[message.output];
              if (!stream.destroyed) stream.push(message.kind === 'piece' ? message.bytes : null);
            }
          });
        });
        port.postMessage({ kind: 'start', id, container, request } satisfies Request);
      });
    },
  };
}
