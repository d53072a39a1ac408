import type { Readable, Writable } from 'node:stream';
import { Chalk, type ChalkInstance } from 'chalk';

/** Where a command reads and writes. A parameter of commands, so that tests can read the output. */
export interface Terminal {
  stdin: Readable & { isTTY?: boolean };
  stdout: Output;
  stderr: Output;
  env: NodeJS.ProcessEnv;
  /** Calls back on SIGINT and SIGTERM instead of ending the process, until the returned function is called. */
  onStop(callback: () => void): () => void;
}

/** Standard output or standard error, and what it can show. */
export interface Output {
  stream: Writable;
  /** It is a terminal where lines can be redrawn. */
  interactive: boolean;
  /** The width of the terminal in characters. A function, because a window can be resized. */
  columns(): number;
  /** The height of the terminal in lines. */
  rows(): number;
  paint: ChalkInstance;
  line(text?: string): void;
}

/** The terminal of this process. Only terminals get colours; NO_COLOR and TERM=dumb turn them off, FORCE_COLOR on. */
export function processTerminal(): Terminal {
  return {
    stdin: process.stdin,
    stdout: createOutput(process.stdout, process.env),
    stderr: createOutput(process.stderr, process.env),
    env: process.env,
    onStop(callback) {
      process.on('SIGINT', callback);
      process.on('SIGTERM', callback);
      return () => {
        process.off('SIGINT', callback);
        process.off('SIGTERM', callback);
      };
    },
  };
}

type Stream = Writable & { isTTY?: boolean; columns?: number; rows?: number };

/** An output that writes to a stream. */
export function createOutput(stream: Stream, env: NodeJS.ProcessEnv): Output {
  const interactive = stream.isTTY === true && env['TERM'] !== 'dumb';
  return {
    stream,
    interactive,
    // 0 columns is what some pseudo terminals have.
    columns: () => stream.columns || 80,
    rows: () => stream.rows || 24,
    paint: new Chalk({ level: usesColour(interactive, env) ? 1 : 0 }),
    line: (text = '') => void stream.write(`${text}\n`),
  };
}

function usesColour(interactive: boolean, env: NodeJS.ProcessEnv): boolean {
  // https://no-color.org: set to any value but the empty one.
  if (env['NO_COLOR']) return false;
  if (env['FORCE_COLOR'] !== undefined) return env['FORCE_COLOR'] !== '0';
  return interactive;
}
