import { PassThrough } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';

/** How long nothing may move before the output of a process that has ended is taken for complete. */
const quietMs = 300;

/** The two outputs of a process, as an engine feeds them. */
export interface Outputs {
  stdout: PassThrough;
  stderr: PassThrough;
  /** Hands a piece on; settles when the reader has room again, so the process feels a slow reader. */
  pass(to: PassThrough, piece: Uint8Array): Promise<void>;
  /**
   * Settles when nothing has moved for a moment. A background child that inherited an output keeps it open for as long as
   * it lives; so the end of a process, followed by quiet, is the end of its output.
   */
  quiet(): Promise<void>;
  end(): void;
}

export function createOutputs(): Outputs {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  let lastMove = performance.now();
  let waiting = 0;
  return {
    stdout,
    stderr,
    async pass(to, piece) {
      lastMove = performance.now();
      // A reader that destroyed its stream wants no more, and what comes after the end is nobody's; neither may stall the process.
      if (to.destroyed || to.writableEnded || to.write(piece)) return;
      waiting += 1;
      await room(to);
      waiting -= 1;
      lastMove = performance.now();
    },
    async quiet() {
      // From now on: a process that was silent for long may have spoken just before it ended.
      lastMove = performance.now();
      while (waiting > 0 || performance.now() - lastMove < quietMs) await delay(50);
    },
    end() {
      stdout.end();
      stderr.end();
    },
  };
}

function room(stream: PassThrough): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      stream.off('drain', done);
      stream.off('close', done);
      resolve();
    };
    stream.on('drain', done);
    stream.on('close', done);
  });
}
