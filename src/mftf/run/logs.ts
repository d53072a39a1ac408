import { once } from 'node:events';
import { PassThrough, type Writable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import type { Artifacts } from '../../artifacts/artifacts.ts';
import { type Fault, toFault } from '../../faults/fault.ts';
import type { Redactor } from '../redaction/redactor.ts';

/** The end of an output, which usually has the cause of an error. */
const tailBytes = 16 * 1024;
/** Has what a suite prints before its first test. */
const startBytes = 64 * 1024;

/** The log of a run and those of its processes, without secrets. */
export interface RunLogs {
  /** Writes a line of matre, with the time. */
  line(text: string): void;
  /** Opens a log for one process; its content goes to the log of the run as well. Errors: DISK_FULL. */
  open(path: string): Promise<ProcessLog>;
  close(): Promise<void>;
}

export interface ProcessLog {
  /** The process writes here. Destroyed with the fault when the disk is full. */
  stream: Writable;
  /** Its first 64 KB so far. */
  start(): string;
  /** Ends the log. Returns its last 16 KB. Errors: DISK_FULL. */
  close(): Promise<string>;
}

/** Opens the log of a run. Errors: DISK_FULL. */
export async function openRunLogs(artifacts: Artifacts, runId: number, redactor: Redactor): Promise<RunLogs> {
  const runLog = await artifacts.runLog(runId);
  // The next write reports a full disk; without a listener it would end the process.
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
      let start = Buffer.alloc(0);
      let fault: Fault | undefined;
      const writing = pipeline(input, redactor.stream(), async (source: AsyncIterable<Buffer>) => {
        for await (const chunk of source) {
          tail = Buffer.concat([tail, chunk]).subarray(-tailBytes);
          if (start.length < startBytes) start = Buffer.concat([start, chunk]).subarray(0, startBytes);
          try {
            await Promise.all([write(log, chunk), write(runLog, chunk)]);
          } catch (error) {
            fault = toFault(error);
            // Otherwise the pipeline would report only an abort to the process, and often to the caller too.
            input.destroy(fault);
            throw fault;
          }
        }
      });
      // `close` reports a rejection; until then it must not count as unhandled.
      writing.catch(() => {});
      return {
        stream: input,
        start: () => start.toString('utf8'),
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

/** Waits until the stream has room, so that a process writes no faster than the disk. */
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
