import { MessageTooLong, openWebSocket, type WebSocketConnection } from '../http/web-socket.ts';

/** A connection to the Chrome DevTools Protocol. Answers to commands are not read: what it is for are events. */
export interface DevTools {
  /** `session`: the target, as `Target.attachedToTarget` names it; the browser itself without. */
  send(method: string, params?: Record<string, unknown>, session?: string): void;
  close(): void;
}

export interface DevToolsEvent {
  method: string;
  params: Record<string, unknown>;
  session: string | undefined;
}

/** Why a connection has ended. `too-long`: a page made the browser send more at a time than is read. */
export type DevToolsEnd = 'closed' | 'too-long' | 'failed';

/** A page can make a message of any length, such as one of its console; pictures have less than 1 MB. */
const maxMessageBytes = 4 * 1024 * 1024;
const openMs = 5_000;
/** Chrome writes the name of an event first. What no one waits for, such as each piece of a response, is not parsed. */
const eventName = /^\{"method":"([A-Za-z]+\.[A-Za-z]+)"/;
const eventNameBytes = 100;

/** Opens a connection to a browser. `events` are the names of those that `onEvent` is called with. Rejects as `openWebSocket`. */
export async function openDevTools(
  address: string,
  events: ReadonlySet<string>,
  on: { onEvent(event: DevToolsEvent, bytes: number): void; onEnd(end: DevToolsEnd): void },
): Promise<DevTools> {
  let lastId = 0;
  let isBroken = false;
  const socket: WebSocketConnection = await openWebSocket(address, {
    timeoutMs: openMs,
    maxMessageBytes,
    onMessage(message) {
      if (isBroken) return;
      try {
        const event = readEvent(message, events);
        if (event !== undefined) on.onEvent(event, message.length);
      } catch {
        // No error of a recording may reach the worker.
        isBroken = true;
        socket.close();
      }
    },
    onClose(reason) {
      on.onEnd(isBroken ? 'failed' : reason instanceof MessageTooLong ? 'too-long' : 'closed');
    },
  });
  return {
    send(method, params = {}, session) {
      lastId += 1;
      socket.send(JSON.stringify({ id: lastId, method, params, ...(session && { sessionId: session }) }));
    },
    close: () => socket.close(),
  };
}

/** The event in a message; `undefined` for an answer, and for events that are not waited for. Throws for what is no JSON. */
function readEvent(message: Buffer, events: ReadonlySet<string>): DevToolsEvent | undefined {
  const name = eventName.exec(message.toString('latin1', 0, eventNameBytes))?.[1];
  if (name !== undefined && !events.has(name)) return undefined;
  const { method, params, sessionId } = JSON.parse(message.toString('utf8'));
  if (typeof method !== 'string' || !events.has(method)) return undefined;
  const session = typeof sessionId === 'string' ? sessionId : undefined;
  return { method, params: typeof params === 'object' && params !== null ? params : {}, session };
}
