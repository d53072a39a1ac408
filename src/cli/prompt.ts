import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Fault } from '../faults/fault.ts';
import type { Terminal } from './output/terminal.ts';

/** Asks for a secret and does not show what is typed. Without a terminal there is nobody to ask: INPUT_INVALID. */
export async function askHidden(terminal: Terminal, question: string): Promise<string> {
  if (!terminal.stdin.isTTY) {
    throw new Fault('INPUT_INVALID', 'Nobody can be asked for a secret, because the input is no terminal.');
  }
  terminal.stderr.stream.write(question);
  // readline echoes into its output, so it gets one that swallows everything.
  const output = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: terminal.stdin, output, terminal: true });
  const interrupted = new Promise<never>((_, reject) => {
    reader.on('SIGINT', () => reject(new Fault('INPUT_INVALID', 'No secret was given.')));
  });
  try {
    return await Promise.race([reader.question(''), interrupted]);
  } finally {
    reader.close();
    terminal.stderr.line();
  }
}

/** A secret from a person, or from a pipe. */
export async function readSecret(terminal: Terminal, question: string): Promise<string> {
  if (terminal.stdin.isTTY) return askHidden(terminal, question);
  return (await text(terminal.stdin)).replace(/\r?\n$/, '');
}
