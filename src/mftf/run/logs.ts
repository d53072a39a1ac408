import { once } from 'node:events';
import { PassThrough, type Writable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import type { Artifacts } from '../../artifacts/artifacts.ts';
import { type Fault, toFault } from '../../faults/fault.ts';
import type { Redactor } from './redact.ts';

/** The end of an output is where a process says why it ended. */
const tailBytes = 16 * 1024;

/** The log of a run and those of its parts. Nothing gets in with a secret in it. */
export interface RunLogs {
  /** A line of matre's own, with the time. */
  line(text: string): void;
  /** A log for one process; what is written to it is in the log of the run as well. */
  open(path: string): Promise<ProcessLog>;
  close(): Promise<void>;
}

export interface ProcessLog {
  /** Where the process writes. Destroyed with the fault when the disk is full. */
  stream: Writable;
  /** Ends the log. Returns the last 16 KB of it. Errors: DISK_FULL. */
  close(): Promise<string>;
}

export async function openRunLogs(artifacts: Artifacts, runId: number, redactor: Redactor): Promise<RunLogs> {
  const runLog = await artifacts.runLog(runId);
  // A full disk is reported by whoever writes next; without a listener it would end the process.
  runLog.on('error', () => {});
  return {
    line(text) {
      if (runLog.writable) runLog.write(redactor.text(`[matre ${new Date().toISOString()}] ${text}\n`));
    },

    async open(path) {
      const log = await artifacts.log(runId, path);
      log.on('error', () => {});
      const input = new PassThrough();
      let tail = Buffer.alloc(0);
      let fault: Fault | undefined;
      const writing = pipeline(input, redactor.stream(), async (source: AsyncIterable<Buffer>) => {
        for await (const chunk of source) {
          tail = Buffer.concat([tail, chunk]).subarray(-tailBytes);
          try {
            await Promise.all([write(log, chunk), write(runLog, chunk)]);
          } catch (error) {
            fault = toFault(error);
            // By itself the pipeline would tell the process, and often the caller too, only that it was aborted.
            input.destroy(fault);
            throw fault;
          }
        }
      });
      // Looked at in `close`; until then a rejection is no surprise.
      writing.catch(() => {});
      return {
        stream: input,
        async close() {
          input.end();
          try {
            await writing;
          } catch (error) {
            throw fault ?? error;
          } finally {
            await end(log);
          }
          return tail.toString('utf8');
        },
      };
    },

    close: () => end(runLog),
  };
}

/** Waits until the stream takes more, so that a process writes no faster than the disk. */
async function write(to: Writable, chunk: Buffer): Promise<void> {
  if (to.errored) throw to.errored;
  if (!to.write(chunk)) await once(to, 'drain');
}

async function end(stream: Writable): Promise<void> {
  if (stream.errored) throw toFault(stream.errored);
  if (stream.destroyed) return;
  stream.end();
  await finished(stream);
}
