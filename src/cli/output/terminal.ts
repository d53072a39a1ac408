import type { Readable, Writable } from 'node:stream';
import { Chalk, type ChalkInstance } from 'chalk';

/** Where a command reads and writes. A value of its own so that tests can look at what was written. */
export interface Terminal {
  stdin: Readable & { isTTY?: boolean };
  stdout: Output;
  stderr: Output;
  env: NodeJS.ProcessEnv;
  /** Calls back on SIGINT or SIGTERM until the returned function is called; the process does not end by itself meanwhile. */
  onStop(callback: () => void): () => void;
}

/** One of the two outputs, with what it can show. */
export interface Output {
  stream: Writable;
  /** A person looks at it: lines may be redrawn. */
  interactive: boolean;
  /** Of the terminal, in characters; asked anew because a window changes. */
  columns(): number;
  paint: ChalkInstance;
  line(text?: string): void;
}

/** The terminal of this process. Colours are for terminals only; NO_COLOR and TERM=dumb turn them off, FORCE_COLOR on. */
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

type Stream = Writable & { isTTY?: boolean; columns?: number };

/** An output over a stream. */
export function createOutput(stream: Stream, env: NodeJS.ProcessEnv): Output {
  const interactive = stream.isTTY === true && env['TERM'] !== 'dumb';
  return {
    stream,
    interactive,
    columns: () => stream.columns ?? 80,
    paint: new Chalk({ level: wantsColour(interactive, env) ? 1 : 0 }),
    line: (text = '') => void stream.write(`${text}\n`),
  };
}

function wantsColour(interactive: boolean, env: NodeJS.ProcessEnv): boolean {
  // https://no-color.org: present and not empty, whatever its value.
  if (env['NO_COLOR']) return false;
  if (env['FORCE_COLOR'] !== undefined) return env['FORCE_COLOR'] !== '0';
  return interactive;
}
