import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { Fault } from '../faults/fault.ts';
import type { Engine, ExecRequest } from './engine.ts';
import { type SupervisedEnd, type SupervisedOptions, superviseExec } from './supervised.ts';

interface Options extends SupervisedOptions {
  signal: AbortSignal;
  output: Writable;
  pace(bytes: number): Promise<void>;
}

/** The output of the supervisor for a command that it did not start. */
const refusal = 'matre: not started, because its deadline had passed\n';
/** How often a command is started that was refused: the deadline is that of a lease, and an engine may take as long for a start. */
const maxStarts = 3;

/**
 * Runs a supervised command, and copies both of its outputs to a stream that stays open. `pace` is called with the bytes of each piece of
 * output; the next one is read when it resolves. Rejects with the reason of `signal`, and only after the whole process tree has ended. A
 * command that came to its container after its deadline was not started, and is sent again. Errors: those of `superviseExec`; ENGINE_FAILED
 * when it came too late each time.
 */
export async function superviseTo(
  engine: Engine,
  containerId: string,
  command: Omit<ExecRequest, 'stdin'>,
  options: Options,
): Promise<SupervisedEnd> {
  for (let starts = 0; starts < maxStarts; starts++) {
    const end = await superviseOnce(engine, containerId, command, options);
    if (end !== 'refused') return end;
  }
  const [name] = command.argv;
  throw new Fault(
    'ENGINE_FAILED',
    `The container engine takes too long to start ${name} in ${containerId}: its deadline had passed ${maxStarts} times.`,
  );
}

async function superviseOnce(
  engine: Engine,
  containerId: string,
  command: Omit<ExecRequest, 'stdin'>,
  { output, pace, ...options }: Options,
): Promise<SupervisedEnd | 'refused'> {
  const { signal } = options;
  const process = await superviseExec(engine, containerId, command, options);
  try {
    let beginning = '';
    const copy = (from: Readable) =>
      copyOutput(from, output, (bytes, chunk) => {
        if (beginning.length <= refusal.length) beginning += chunk.toString('latin1');
        return pace(bytes);
      });
    await Promise.all([copy(process.stdout), copy(process.stderr)]);
    const end = await process.ended;
    signal.throwIfAborted();
    return end.kind === 'exited' && end.code === 75 && beginning === refusal ? 'refused' : end;
  } catch (error) {
    // The output could not be stored (a full disk): the process must not continue without a reader.
    await process.stop();
    throw error;
  }
}

/**
 * Copies a stream to another that stays open, at the pace of the other, and no faster than `pace` allows: a process that writes without
 * end then waits for us, and not the event loop for it.
 */
async function copyOutput(
  from: Readable,
  to: Writable,
  pace: (bytes: number, chunk: Buffer) => Promise<void>,
): Promise<void> {
  for await (const chunk of from) {
    if (to.errored) throw to.errored;
    if (!to.write(chunk)) await once(to, 'drain');
    await pace(chunk.length, chunk);
  }
}
