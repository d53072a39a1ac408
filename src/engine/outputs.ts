import { PassThrough } from 'node:stream';
import { delay } from '../async/delay.ts';

/** How long the output of an ended process must be quiet before it counts as complete. */
const quietMs = 300;

/** The two outputs of a process, as an engine feeds them. */
export interface Outputs {
  stdout: PassThrough;
  stderr: PassThrough;
  /** Passes a piece on; resolves when the reader has room again, so that a slow reader slows the process down. */
  write(to: PassThrough, piece: Uint8Array): Promise<void>;
  /**
   * Resolves when no output has moved for 300 ms. A background child that inherited an output keeps it open for as long as
   * it lives, so the output is complete when the process has ended and is quiet, not when it is closed.
   */
  quiet(): Promise<void>;
  end(): void;
}

export function createOutputs(): Outputs {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  let lastMove = performance.now();
  let blocked = 0;
  return {
    stdout,
    stderr,
    async write(to, piece) {
      lastMove = performance.now();
      // A reader that destroyed its stream wants no more, and a piece after the end has no reader; neither may stall the process.
      if (to.destroyed || to.writableEnded || to.write(piece)) return;
      blocked += 1;
      await waitForRoom(to);
      blocked -= 1;
      lastMove = performance.now();
    },
    async quiet() {
      // From now on: a process that was silent for long may have written just before it ended.
      lastMove = performance.now();
      while (blocked > 0 || performance.now() - lastMove < quietMs) await delay(50);
    },
    end() {
      stdout.end();
      stderr.end();
    },
  };
}

function waitForRoom(stream: PassThrough): Promise<void> {
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
