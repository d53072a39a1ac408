import type Docker from 'dockerode';
import { z } from 'zod';
import type { Logger } from '../../log.ts';
import { inTime } from './open-stream.ts';

/** What befell a container: the kernel ended one of its processes because of the memory limit (`oom`), or it ended itself (`die`). */
export type Incident = 'oom' | 'die';

/** Hears from the engine what befalls its containers. */
export interface ContainerEvents {
  /** Settles when it listens; at once when it does already. */
  ready(): Promise<void>;
  /** What befell a container since a moment of `performance.now()`. Waits up to `waitMs` for a first word: it may be under way. */
  since(containerId: string, moment: number, waitMs: number): Promise<Set<Incident>>;
  close(): void;
}

const eventSchema = z.object({
  Action: z.enum(['oom', 'die']),
  Actor: z.object({ ID: z.string() }),
});

const reconnectMs = 1_000;
/** Incidents of containers that nobody asks about are forgotten after so many. */
const cachedWithTimeout = 1_000;

/**
 * `State.OOMKilled` of a container stays false when the process was started by an exec, so the `oom` event is the only
 * witness. One subscription for each engine, made when it is first needed and made again when it breaks; it does not keep
 * the process alive.
 */
export function createContainerEvents(docker: Docker, log: Logger, answerMs: number): ContainerEvents {
  const closing = new AbortController();
  const waiting = new Map<() => void, string>();
  let heard: { containerId: string; incident: Incident; at: number }[] = [];
  let listening: Promise<void> | undefined;

  /** `since`: in seconds of the clock; the engine tells again what happened from then on. */
  async function connect(since?: number): Promise<void> {
    const ask = (abortSignal: AbortSignal) =>
      docker.getEvents({
        filters: { type: ['container'], event: ['oom', 'die'] },
        abortSignal,
        ...(since === undefined ? {} : { since }),
      });
    const stream = await inTime(answerMs, ask, closing.signal);
    (stream as { socket?: { unref(): void } }).socket?.unref();
    // Every event is one line; a line may come in pieces.
    let rest = '';
    stream.on('data', (piece: Buffer) => {
      const lines = (rest + piece.toString('utf8')).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line.trim() !== '') take(line);
    });
    stream.on('error', (error) => log.debug({ err: error }, 'The events of the Docker Engine broke off'));
    stream.once('close', () => {
      listening = undefined;
      if (!closing.signal.aborted) reconnect(Math.floor(Date.now() / 1_000));
    });
  }

  function take(line: string): void {
    const event = eventSchema.safeParse(JSON.parse(line));
    if (!event.success) return;
    const { Action: incident, Actor } = event.data;
    heard = [...heard.slice(-cachedWithTimeout), { containerId: Actor.ID, incident, at: performance.now() }];
    for (const [wake, containerId] of waiting) if (containerId === Actor.ID) wake();
  }

  function reconnect(since: number): void {
    setTimeout(() => {
      if (closing.signal.aborted || listening) return;
      listening = connect(since).catch(() => {
        listening = undefined;
        reconnect(since);
      });
    }, reconnectMs).unref();
  }

  return {
    async ready() {
      listening ??= connect();
      try {
        await listening;
      } catch (error) {
        listening = undefined;
        throw error;
      }
    },

    async since(containerId, moment, waitMs) {
      const found = () =>
        new Set(
          heard
            .filter((each) => each.containerId === containerId && each.at >= moment)
            .map(({ incident }) => incident),
        );
      if (found().size > 0) return found();
      await new Promise<void>((resolve) => {
        const wake = () => {
          waiting.delete(wake);
          clearTimeout(timer);
          resolve();
        };
        const timer = setTimeout(wake, waitMs);
        waiting.set(wake, containerId);
      });
      return found();
    },

    close() {
      closing.abort();
    },
  };
}
