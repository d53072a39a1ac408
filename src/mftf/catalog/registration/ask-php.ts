import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { putFiles } from '../../../engine/archive.ts';
import type { Engine } from '../../../engine/engine.ts';
import { capture, readAll, readEnd } from '../../../engine/read-all.ts';
import { superviseExec } from '../../../engine/supervised.ts';
import { runFolder } from '../../../pool/specification.ts';
import type { OpenRegistration } from '../declarations/declaration.ts';
import { type Registration, registrationsOf } from './registration.ts';

/** The script that runs a registration.php and prints its calls. */
export const registrationsScript = readFileSync(new URL('./registrations.php', import.meta.url), 'utf8');

/** What PHP says about a file: its registrations, or why there is no answer. */
export type PhpAnswer = { registrations: Registration[] } | { failure: string };

const calls = z.array(z.tuple([z.string(), z.string(), z.string()]));
const scratch = `${runFolder}/registrations`;

/**
 * Runs files with PHP in a container, each in a process of its own, and calls `onAnswer` after each. A file lies alone in its
 * folder, in a copy that is removed afterwards. It is stopped after `fileMs`, and when `signal` aborts. Errors: those of the engine.
 */
export async function askPhp(
  { engine, php }: { engine: Engine; php: string },
  containerId: string,
  files: OpenRegistration[],
  options: {
    fileMs: number;
    signal: AbortSignal;
    onAnswer(file: OpenRegistration, answer: PhpAnswer): Promise<void>;
  },
): Promise<void> {
  const { fileMs, signal, onAnswer } = options;
  const place = `${scratch}/${randomUUID()}`;
  const tree = `${place}/tree`;
  try {
    await putFiles(engine, containerId, place, [
      { path: 'registrations.php', content: registrationsScript },
      ...files.map(({ folder, content }) => ({
        path: `tree/${folder}/registration.php`,
        content: Buffer.from(content, 'base64'),
      })),
    ]);
    for (const file of files) await onAnswer(file, await askOne(file));
  } finally {
    // The folder is in the memory of the container, which may be that of a run.
    await capture(engine, containerId, ['rm', '-rf', '--', place]);
  }

  async function askOne({ folder }: OpenRegistration): Promise<PhpAnswer> {
    const mark = `${randomUUID()} `;
    const settings = ['-d', 'display_errors=0', '-d', 'memory_limit=128M'];
    const argv = [php, ...settings, `${place}/registrations.php`, `${tree}/${folder}/registration.php`, mark];
    const token = `registrations-${randomUUID()}`;
    const options = { token, signal, timeoutMs: fileMs };
    const process = await superviseExec(engine, containerId, { argv, cwd: tree }, options);
    // The answer is the last line, after whatever the file prints.
    const [output, errors, end] = await Promise.all([
      readEnd(process.stdout),
      readAll(process.stderr, maxErrorBytes),
      process.ended,
    ]);
    const line = output.split('\n').findLast((one) => one.startsWith(mark));
    const answer = line === undefined ? undefined : parseCalls(line.slice(mark.length));
    if (answer) {
      const registered = answer.map(([type, name, path]) => ({ type, name, path }));
      return { registrations: registrationsOf(registered, tree) };
    }
    if (end.kind === 'timeout') return { failure: `it did not end within ${fileMs / 1_000} s` };
    const how = end.kind === 'exited' ? `PHP ended with ${end.code}` : end.message;
    return { failure: [how, errors.trim()].filter((text) => text !== '').join(': ') };
  }
}

/** Enough for the message of a missing command or a fatal error. */
const maxErrorBytes = 1_000;

function parseCalls(line: string): z.output<typeof calls> | undefined {
  try {
    return calls.parse(JSON.parse(line));
  } catch {
    // The process ended while it printed.
    return undefined;
  }
}
