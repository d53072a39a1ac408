import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import type { Engine, ExecRequest } from './engine.ts';
import { type SupervisedEnd, type SupervisedOptions, superviseExec } from './supervised.ts';

/**
 * Runs a supervised command, and copies both of its outputs to a stream that stays open. `pace` is called with the bytes of each piece of
 * output; the next one is read when it resolves. Rejects with the reason of `signal`, and only after the whole process tree has ended.
 */
export async function superviseTo(
  engine: Engine,
  containerId: string,
  command: Omit<ExecRequest, 'stdin'>,
  options: SupervisedOptions & {
    signal: AbortSignal;
    output: Writable;
    pace(bytes: number): Promise<void>;
  },
): Promise<SupervisedEnd> {
  const { output, pace, signal } = options;
  const process = await superviseExec(engine, containerId, command, options);
  try {
    const copy = (from: Readable) => copyOutput(from, output, pace);
    await Promise.all([copy(process.stdout), copy(process.stderr)]);
    const end = await process.ended;
    signal.throwIfAborted();
    return end;
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
  pace: (bytes: number) => Promise<void>,
): Promise<void> {
  for await (const chunk of from) {
    if (to.errored) throw to.errored;
    if (!to.write(chunk)) await once(to, 'drain');
    await pace(chunk.length);
  }
}
