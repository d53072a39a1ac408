import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Fault } from '../faults/fault.ts';
import type { Terminal } from './output/terminal.ts';

/** Prompts for a secret without echoing it. Errors: INPUT_INVALID without a terminal, or when the user presses Ctrl-C. */
export async function promptHidden(terminal: Terminal, question: string): Promise<string> {
  if (!terminal.stdin.isTTY) {
    throw new Fault(
      'INPUT_INVALID',
      'The secret cannot be prompted for, because standard input is not a terminal.',
    );
  }
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

/** Reads a secret: from a prompt on a terminal, else from standard input. Errors: as of `promptHidden`. */
export async function readSecret(terminal: Terminal, question: string): Promise<string> {
  if (terminal.stdin.isTTY) return promptHidden(terminal, question);
  return (await text(terminal.stdin)).replace(/\r?\n$/, '');
}
