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
/** A longer event that is no picture is left out: of its texts a few thousand characters are read, and parsing 4 MB takes 100 ms. */
const maxEventBytes = 256 * 1024;
const pictureEvent = 'Page.screencastFrame';
/** Chrome writes the name of an event first. Answers, and what no one waits for, such as each piece of a response, are not parsed. */
const eventName = /^\{"method":"([A-Za-z]+\.[A-Za-z]+)"/;
const eventNameBytes = 100;

/**
 * Opens a connection to a browser. `events` are the names of those that `onEvent` is called with. `allows` is asked for each message,
 * whether that many bytes may be read; otherwise the connection ends. Rejects as `openWebSocket`.
 */
export async function openDevTools(
  address: string,
  events: ReadonlySet<string>,
  on: {
    allows(bytes: number): boolean;
    onEvent(event: DevToolsEvent, bytes: number): void;
    /** An event was too long to be read. */
    onLeftOut(): void;
    onEnd(end: DevToolsEnd): void;
  },
): Promise<DevTools> {
  let lastId = 0;
  let isBroken = false;
  let isFlooded = false;
  const socket: WebSocketConnection = await openWebSocket(address, {
    timeoutMs: openMs,
    maxMessageBytes,
    onMessage(message) {
      if (isBroken || isFlooded) return;
      try {
        if (!on.allows(message.length)) {
          isFlooded = true;
          socket.close();
          return;
        }
        const name = eventName.exec(message.toString('latin1', 0, eventNameBytes))?.[1];
        if (name === undefined || !events.has(name)) return;
        if (name !== pictureEvent && message.length > maxEventBytes) on.onLeftOut();
        else on.onEvent(readEvent(name, message), message.length);
      } catch {
        // No error of a recording may reach the worker.
        isBroken = true;
        socket.close();
      }
    },
    onClose(reason) {
      const isTooLong = isFlooded || reason instanceof MessageTooLong;
      on.onEnd(isBroken ? 'failed' : isTooLong ? 'too-long' : 'closed');
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

/** The event in a message. Throws for what is no JSON. */
function readEvent(method: string, message: Buffer): DevToolsEvent {
  const { params, sessionId } = JSON.parse(message.toString('utf8'));
  const session = typeof sessionId === 'string' ? sessionId : undefined;
  return { method, params: typeof params === 'object' && params !== null ? params : {}, session };
}
