import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { putFiles } from '../../engine/archive.ts';
import type { Engine } from '../../engine/engine.ts';
import { readAll } from '../../engine/read-all.ts';
import { superviseExec } from '../../engine/supervised.ts';
import { toFault } from '../../faults/fault.ts';
import { writeFileAtomically } from '../../files/atomic-write.ts';
import type { Logger } from '../../log.ts';
import { runFolder } from '../../pool/specification.ts';
import type { Declarations, OpenRegistration } from './declaration.ts';
import { type Registration, registrationsOf } from './registration.ts';

const storedAnswer = z.array(z.object({ folder: z.string(), name: z.string() }));
const calls = z.array(z.tuple([z.string(), z.string(), z.string()]));

/** Registering takes milliseconds. A file that waits for something is not waited for. */
const timeoutMs = 10_000;
/** A module has one such file, if any. */
const maxFiles = 200;
const scratch = `${runFolder}/registrations`;

/** Completes declarations with what only PHP can tell. */
export interface RegistrationAnswers {
  /**
   * The declarations with the registrations of their `openRegistrations`. PHP runs these files in a container of the image,
   * because the module is not trusted on the host. An answer is stored for the content of a file, so the container is started
   * once. Without an answer the folder has no registered name: `complete` is false then, and the next call asks again.
   */
  complete(
    declarations: Declarations,
    image: { id: string; container(): Promise<{ id: string; dispose(): Promise<void> }> },
  ): Promise<{ declarations: Declarations; complete: boolean }>;
}

/** `folder` is where answers are stored; `php` the command in the container. */
export function createRegistrationAnswers(deps: {
  engine: Engine;
  folder: string;
  php: string;
  log: Logger;
}): RegistrationAnswers {
  const { engine, folder, php, log } = deps;
  const script = readFileSync(new URL('./registrations.php', import.meta.url), 'utf8');

  const pathOf = (imageId: string, file: OpenRegistration) => {
    const key = JSON.stringify([imageId, php, file.folder, file.content]);
    return join(folder, `registration-${createHash('sha256').update(key).digest('hex')}.json`);
  };

  async function ask(
    containerId: string,
    files: OpenRegistration[],
  ): Promise<(Registration[] | undefined)[]> {
    const place = `${scratch}/${randomUUID()}`;
    await putFiles(engine, containerId, place, [
      { path: 'registrations.php', content: script },
      ...files.map((file) => ({
        path: `tree/${file.folder}/registration.php`,
        content: Buffer.from(file.content, 'base64'),
      })),
    ]);
    const answers: (Registration[] | undefined)[] = [];
    for (const file of files) answers.push(await askOne(containerId, place, file));
    return answers;
  }

  async function askOne(containerId: string, place: string, file: OpenRegistration) {
    const mark = `${randomUUID()} `;
    const path = `${place}/tree/${file.folder}/registration.php`;
    const options = ['-d', 'display_errors=0', '-d', 'memory_limit=128M'];
    const argv = [php, ...options, `${place}/registrations.php`, path, mark];
    const token = 'registrations';
    const process = await superviseExec(engine, containerId, { argv, cwd: place }, { token });
    const timer = setTimeout(() => void process.stop(), timeoutMs);
    try {
      const [output] = await Promise.all([readAll(process.stdout), readAll(process.stderr), process.ended]);
      const line = output.split('\n').findLast((one) => one.startsWith(mark));
      if (line === undefined) return undefined;
      const list = calls.parse(JSON.parse(line.slice(mark.length)));
      return registrationsOf(
        list.map(([type, name, target]) => ({ type, name, path: target })),
        `${place}/tree`,
      );
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    async complete(declarations, image) {
      const files = declarations.openRegistrations.slice(0, maxFiles);
      if (files.length === 0) return { declarations, complete: true };
      const answered = new Map<OpenRegistration, Registration[]>();
      for (const file of files) {
        const stored = await readStored(pathOf(image.id, file));
        if (stored) answered.set(file, stored);
      }
      const unanswered = files.filter((file) => !answered.has(file));
      if (unanswered.length > 0) {
        try {
          const container = await image.container();
          const answers = await ask(container.id, unanswered).finally(() => container.dispose());
          await mkdir(folder, { recursive: true });
          for (const [index, answer] of answers.entries()) {
            const file = unanswered[index];
            if (file === undefined || answer === undefined) continue;
            answered.set(file, answer);
            await writeFileAtomically(pathOf(image.id, file), JSON.stringify(answer));
          }
        } catch (error) {
          log.warn(
            { reason: toFault(error).message, folders: unanswered.map((file) => file.folder) },
            'PHP could not be asked for the names of modules; they have the names of their folders',
          );
        }
      }
      const registrations = [...answered.values()].flat();
      return {
        declarations: { ...declarations, registrations: [...declarations.registrations, ...registrations] },
        complete: answered.size === files.length,
      };
    },
  };
}

async function readStored(path: string): Promise<Registration[] | undefined> {
  try {
    return storedAnswer.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    // Missing or damaged: PHP is asked again.
    return undefined;
  }
}
