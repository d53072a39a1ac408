import { randomBytes } from 'node:crypto';
import type { ServerChange } from './changes.ts';

/**
 * The last `maxEvents` events in the text of the stream, so that a client that reconnects gets what it missed. Their ids begin with a
 * random prefix: ids of another server, or of this one before a restart, are unknown.
 */
export function createEventHistory({ maxEvents }: { maxEvents: number }) {
  const prefix = randomBytes(6).toString('hex');
  const events: { change: ServerChange; text: string }[] = [];
  let count = 0;

  const write = ({ event, data }: ServerChange) =>
    `id: ${prefix}-${count}\nevent: ${event}\n${data === '' ? 'data:' : `data: ${data}`}\n\n`;

  return {
    /** Adds a change and returns its event, with the next id. */
    add(change: ServerChange): string {
      count += 1;
      const text = write(change);
      events.push({ change, text });
      if (events.length > maxEvents) events.shift();
      return text;
    },

    /** The events after the one with id `lastId` that match `filter`; a `reload` without an id, or with an unknown or expired one. */
    after(lastId: string | undefined, filter: (change: ServerChange) => boolean = () => true): string {
      const [idPrefix, number] = lastId?.split('-') ?? [];
      const missed = idPrefix === prefix && /^\d{1,15}$/.test(number ?? '') ? count - Number(number) : -1;
      if (missed < 0 || missed > events.length) return write({ event: 'reload', data: '' });
      return events
        .slice(events.length - missed)
        .filter(({ change }) => filter(change))
        .map(({ text }) => text)
        .join('');
    },
  };
}
