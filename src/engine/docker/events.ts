import type Docker from 'dockerode';
import { z } from 'zod';
import { delay } from '../../async/delay.ts';
import type { Logger } from '../../log.ts';
import { openInTime } from './open-stream.ts';

/** What happened in a container: the kernel killed a process at the memory limit (`oom`), or the container ended (`die`). */
export type Incident = 'oom' | 'die';

/** A subscription to the incidents of all containers of an engine. */
export interface ContainerEvents {
  /** Resolves when the subscription is open. Rejects as the engine does. */
  ready(): Promise<void>;
  /**
   * The incidents of a container since a moment of `performance.now()`. Waits up to `waitMs` for the first one: it may still
   * be on its way.
   */
  since(containerId: string, moment: number, waitMs: number): Promise<Set<Incident>>;
  close(): void;
}

const eventSchema = z.object({
  Action: z.enum(['oom', 'die']),
  Actor: z.object({ ID: z.string() }),
});

const reconnectMs = 1_000;
/** Incidents that are remembered, of all containers; older ones are dropped. */
const maxIncidents = 1_000;

/**
 * `State.OOMKilled` of a container stays false when the process was started by an exec, so the `oom` event is the only
 * evidence. There is one subscription per engine: it opens on first use, reopens when it breaks, and does not keep the
 * process alive.
 */
export function createContainerEvents(docker: Docker, log: Logger, timeoutMs: number): ContainerEvents {
  const closing = new AbortController();
  const waiters = new Map<() => void, string>();
  let incidents: { containerId: string; incident: Incident; at: number }[] = [];
  let subscription: Promise<void> | undefined;

  /** `since`: in seconds of the clock; the engine repeats the events from then on. */
  async function subscribe(since?: number): Promise<void> {
    const openStream = (abortSignal: AbortSignal) =>
      docker.getEvents({
        filters: { type: ['container'], event: ['oom', 'die'] },
        abortSignal,
        ...(since === undefined ? {} : { since }),
      });
    const stream = await openInTime(timeoutMs, openStream, closing.signal);
    (stream as { socket?: { unref(): void } }).socket?.unref();
    onLine(stream, record);
    stream.on('error', (error) =>
      log.debug({ err: error }, 'The event stream of the Docker Engine broke off'),
    );
    stream.once('close', () => {
      subscription = undefined;
      if (!closing.signal.aborted) void resubscribe(Math.floor(Date.now() / 1_000));
    });
  }

  function record(line: string): void {
    const event = parseEvent(line);
    if (event === 'invalid') {
      // A proxy before the engine may answer with a page of its own; when that ends, the subscription is opened again.
      log.debug(
        { line: line.slice(0, 200) },
        'The event stream of the Docker Engine has a line that is not JSON',
      );
      return;
    }
    if (!event) return;
    const { containerId } = event;
    incidents = [...incidents.slice(-maxIncidents), { ...event, at: performance.now() }];
    for (const [wake, id] of waiters) if (id === containerId) wake();
  }

  async function resubscribe(since: number): Promise<void> {
    await delay(reconnectMs, closing.signal, { ref: false });
    if (closing.signal.aborted || subscription) return;
    subscription = subscribe(since).catch(() => {
      subscription = undefined;
      void resubscribe(since);
    });
  }

  return {
    async ready() {
      subscription ??= subscribe();
      try {
        await subscription;
      } catch (error) {
        subscription = undefined;
        throw error;
      }
    },

    async since(containerId, moment, waitMs) {
      const matching = () =>
        new Set(
          incidents
            .filter((each) => each.containerId === containerId && each.at >= moment)
            .map(({ incident }) => incident),
        );
      if (matching().size > 0) return matching();
      const first = new AbortController();
      const wake = () => first.abort();
      waiters.set(wake, containerId);
      await delay(waitMs, first.signal);
      waiters.delete(wake);
      return matching();
    },

    close() {
      closing.abort();
    },
  };
}

/** Calls `handle` for each line of a stream that is not blank; a line may come in pieces. */
function onLine(stream: NodeJS.ReadableStream, handle: (line: string) => void): void {
  let rest = '';
  stream.on('data', (piece: Buffer) => {
    const lines = (rest + piece.toString('utf8')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') handle(line);
  });
}

/** The incident of a line; `undefined` for events of other kinds. */
function parseEvent(line: string): { containerId: string; incident: Incident } | 'invalid' | undefined {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return 'invalid';
  }
  const event = eventSchema.safeParse(json);
  return event.success ? { containerId: event.data.Actor.ID, incident: event.data.Action } : undefined;
}
