import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { createSingleFlight } from '../../../async/single-flight.ts';
import { withTimeout } from '../../../async/timeout.ts';
import { untilAborted } from '../../../async/until-aborted.ts';
import type { Engine } from '../../../engine/engine.ts';
import { Fault, toFault } from '../../../faults/fault.ts';
import { writeFileAtomically } from '../../../files/atomic-write.ts';
import type { Logger } from '../../../log.ts';
import type { Declarations, OpenRegistration } from '../declarations/declaration.ts';
import { askPhp, type PhpAnswer, registrationsScript } from './ask-php.ts';
import type { Registration } from './registration.ts';

/** Returns a running container of an image. `dispose` is called once it is not needed any more. */
export type ContainerOf = () => Promise<{ id: string; dispose(): Promise<void> }>;

/** An image, and how to run something in it. */
export interface ImageAccess {
  id: string;
  container: ContainerOf;
  /**
   * Whether the container runs anyway. Then PHP is asked at once, whatever failed before, because a run must know what its suites
   * contain.
   */
  isRunning?: boolean;
}

export interface RegistrationLimits {
  /** For one file. Registering takes milliseconds; a file that waits for something is not waited for. */
  fileMs: number;
  /** For all files of a call, and for getting the container. */
  totalMs: number;
  /** Of one call; the next one asks about the others. */
  maxFiles: number;
  /** Until a file without an answer is asked about again. */
  retryMs: number;
}

/** 200 files take 10 to 20 s (measured). A Magento tree has 50, in the test modules of magento2-base (2.4.4). */
const defaultLimits: RegistrationLimits = { fileMs: 10_000, totalMs: 60_000, maxFiles: 200, retryMs: 60_000 };
/** Of one call: well below the tmpfs that the files are in. */
const maxBytes = 4 * 1024 * 1024;
/** Files without an answer that are remembered. */
const maxFailures = 10_000;

const storedAnswer = z.array(z.object({ folder: z.string(), name: z.string() }));

type Registrations = Pick<Declarations, 'registrations' | 'openRegistrations'>;

/** Completes declarations with what only PHP can tell. */
export interface RegistrationAnswers {
  /**
   * The declarations with the registrations of their `openRegistrations`. PHP runs these files in a container of the image,
   * because the module is not trusted on the host. An answer is stored for the content of a file, so the container is started
   * once. Without an answer the folder has no registered name, and the reason is logged once. Never rejects.
   */
  complete<Part extends Registrations>(parts: Part[], image: ImageAccess): Promise<Part[]>;
}

/** `folder` is where answers are stored; `php` the command in the container. */
export function createRegistrationAnswers(deps: {
  engine: Engine;
  folder: string;
  php: string;
  log: Logger;
  limits?: Partial<RegistrationLimits>;
}): RegistrationAnswers {
  const { engine, folder, php, log } = deps;
  const { fileMs, totalMs, maxFiles, retryMs } = { ...defaultLimits, ...deps.limits };
  /** When PHP is asked again about a file without an answer, by its key. */
  const askAgainAtMs = new Map<string, number>();
  const share = createSingleFlight<string, Map<string, Registration[]>>();

  const keyOf = (imageId: string, file: OpenRegistration) =>
    createHash('sha256')
      .update(JSON.stringify([registrationsScript, imageId, php, file.folder, file.content]))
      .digest('hex');
  const pathOf = (key: string) => join(folder, `registration-${key}.json`);

  /** Remembers that a file has no answer. Returns whether this is new. */
  function remember(key: string): boolean {
    const isNew = !askAgainAtMs.delete(key);
    askAgainAtMs.set(key, performance.now() + retryMs);
    const oldest = askAgainAtMs.keys().next();
    if (askAgainAtMs.size > maxFailures && !oldest.done) askAgainAtMs.delete(oldest.value);
    return isNew;
  }

  /** Asks PHP about files, and stores and returns its answers by key, as many as there are within the limits. */
  async function ask(files: Map<string, OpenRegistration>, image: ImageAccess) {
    const answers = new Map<string, Registration[]>();
    const keys = new Map([...files].map(([key, file]) => [file, key]));
    const failed = new Set<string>();
    const onAnswer = async (file: OpenRegistration, answer: PhpAnswer) => {
      const key = keys.get(file) ?? '';
      if ('failure' in answer) {
        failed.add(key);
        const fields = { folder: file.folder, reason: answer.failure };
        if (remember(key)) {
          log.warn(
            fields,
            'PHP cannot say what a registration.php registers; the module has the name of its folder',
          );
        }
        return;
      }
      askAgainAtMs.delete(key);
      answers.set(key, answer.registrations);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeFileAtomically(pathOf(key), JSON.stringify(answer.registrations));
    };
    const inContainer = async (signal: AbortSignal) => {
      const container = await image.container();
      const asking = signal.aborted
        ? Promise.resolve()
        : askPhp({ engine, php }, container.id, [...files.values()], { fileMs, signal, onAnswer });
      // A container that does not respond is removed rather than waited for.
      await untilAborted(asking, signal).finally(() => container.dispose());
    };
    const isOver = () => {
      throw new Fault('ENGINE_FAILED', `The container gave no answer within ${totalMs / 1_000} s.`);
    };
    await withTimeout(totalMs, inContainer, isOver).catch((error: unknown) => {
      const reason = toFault(error).message;
      const without = [...files].filter(([key]) => !answers.has(key) && !failed.has(key));
      const isNew = without.filter(([key]) => remember(key)).length > 0;
      const fields = { reason, folders: without.map(([, file]) => file.folder) };
      if (isNew)
        log.warn(fields, 'PHP cannot be asked for the names of modules; they have those of their folders');
    });
    return answers;
  }

  return {
    async complete(parts, image) {
      const files = new Map(
        parts
          .flatMap(({ openRegistrations }) => openRegistrations)
          .map((file) => [keyOf(image.id, file), file] as const),
      );
      const answers = new Map<string, Registration[]>();
      const open = new Map<string, OpenRegistration>();
      let bytes = 0;
      for (const [key, file] of files) {
        const stored = await readStored(pathOf(key));
        if (stored) answers.set(key, stored);
        else if (image.isRunning || (askAgainAtMs.get(key) ?? 0) <= performance.now()) {
          bytes += file.content.length;
          if (open.size < maxFiles && bytes <= maxBytes) open.set(key, file);
        }
      }
      if (open.size > 0) {
        const asking = image.isRunning
          ? ask(open, image)
          : share([...open.keys()].join(), () => ask(open, image));
        for (const [key, answer] of await asking) answers.set(key, answer);
      }
      return parts.map((part) => {
        const registrations = part.openRegistrations.flatMap(
          (file) => answers.get(keyOf(image.id, file)) ?? [],
        );
        return { ...part, registrations: [...part.registrations, ...registrations] };
      });
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
