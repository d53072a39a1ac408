import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Fault } from '../faults/fault.ts';
import type { Terminal } from './output/terminal.ts';

/**
 * Prompts for a secret without echoing it. `alternative` is the option for use without a terminal, such as `--password-stdin`.
 * Errors: INPUT_INVALID without a terminal, or when the user presses Ctrl-C.
 */
export async function promptHidden(
  terminal: Terminal,
  question: string,
  alternative: string,
): Promise<string> {
  if (!terminal.stdin.isTTY) {
    throw new Fault(
      'INPUT_INVALID',
      `Standard input is not a terminal, so there is no prompt. Use ${alternative}.`,
    );
  }
  return promptOnTerminal(terminal, question);
}

async function promptOnTerminal(terminal: Terminal, question: string): Promise<string> {
  terminal.stderr.stream.write(question);
  // readline echoes to its output, so it gets one that discards everything.
  const output = new Writable({ write: (_chunk, _encoding, done) => done() });
  const readline = createInterface({ input: terminal.stdin, output, terminal: true });
  const interrupted = new Promise<never>((_, reject) => {
    readline.on('SIGINT', () => reject(new Fault('INPUT_INVALID', 'The prompt was interrupted.')));
  });
  try {
    return await Promise.race([readline.question(''), interrupted]);
  } finally {
    readline.close();
    terminal.stderr.line();
  }
}

/** Reads a secret: from a prompt on a terminal, else from standard input. Errors: INPUT_INVALID when the user presses Ctrl-C. */
export async function readSecret(terminal: Terminal, question: string): Promise<string> {
  if (terminal.stdin.isTTY) return promptOnTerminal(terminal, question);
  return (await text(terminal.stdin)).replace(/\r?\n$/, '');
}

export interface SecretReader {
  /** Reads the next secret. Errors: INPUT_INVALID when the input has ended, or the user presses Ctrl-C. */
  read(question: string): Promise<string>;
  /** Ends reading, so that the input keeps the process alive no longer. */
  close(): void;
}

/** Reads secrets one after the other: from prompts on a terminal, else each is a line of standard input. */
export function createSecretReader(terminal: Terminal): SecretReader {
  if (terminal.stdin.isTTY) {
    return { read: (question) => promptOnTerminal(terminal, question), close: () => {} };
  }
  const readline = createInterface({ input: terminal.stdin });
  const lines = readline[Symbol.asyncIterator]();
  return {
    async read(question) {
      const { done, value } = await lines.next();
      if (!done) return value;
      throw new Fault(
        'INPUT_INVALID',
        `Standard input has no line for "${question.trim().replace(/:$/, '')}".`,
      );
    },
    close: () => readline.close(),
  };
}
