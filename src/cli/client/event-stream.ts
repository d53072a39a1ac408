import { delay } from '../../async/delay.ts';
import type { HttpStream } from '../../http/http-client.ts';

const reconnectDelayMs = 1_000;

/** What changed, and its id if it has one: see src/server/events/changes.ts. */
export interface ServerEvent {
  event: string;
  data: string;
}

/**
 * Reads the event stream of a server, and opens it again when it breaks. Calls back with each event; `reload` means that changes may
 * have been missed. Returns the function that closes the stream. Rejects when the first attempt to
 * open the stream fails; later failures are retried, because the server may be restarting.
 */
export async function subscribe(
  open: (signal: AbortSignal) => Promise<HttpStream>,
  callback: (event: ServerEvent) => void,
): Promise<() => Promise<void>> {
  const stop = new AbortController();
  const { signal } = stop;
  const first = await open(signal);

  const read = async (stream: HttpStream) => {
    for await (const event of parseEvents(stream.chunks)) callback(event);
  };
  const readUntilStopped = async () => {
    for (let stream: HttpStream | undefined = first; !signal.aborted; stream = undefined) {
      try {
        await read(stream ?? (await open(signal)));
      } catch {
        // The connection broke; the next iteration opens it again.
      }
      await delay(reconnectDelayMs, signal);
    }
  };
  const reading = readUntilStopped();
  return async () => {
    stop.abort();
    await reading;
  };
}

/** The events of a `text/event-stream` body of matre, where each event has one line of data. */
export async function* parseEvents(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder();
  let unread = '';
  for await (const chunk of chunks) {
    unread += decoder.decode(chunk, { stream: true });
    const blocks = unread.split('\n\n');
    unread = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = new Map(block.split('\n').map((line) => line.split(/: ?/, 2) as [string, string]));
      const event = fields.get('event');
      if (event !== undefined) yield { event, data: fields.get('data') ?? '' };
    }
  }
}
