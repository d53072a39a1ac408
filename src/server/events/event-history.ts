import { randomBytes } from 'node:crypto';
import type { ServerChange } from './changes.ts';

/**
 * The last `kept` events as they go over the wire, so that a listener that was away gets what it missed. Their ids begin with
 * a word of this history: those of another server, or of this one before it was restarted, say nothing here.
 */
export function createEventHistory({ kept }: { kept: number }) {
  const own = randomBytes(6).toString('hex');
  const told: { change: ServerChange; text: string }[] = [];
  let count = 0;

  const write = ({ event, data }: ServerChange) =>
    `id: ${own}-${count}\nevent: ${event}\n${data === '' ? 'data:' : `data: ${data}`}\n\n`;

  return {
    /** Its text, with the next id. */
    add(event: ServerChange): string {
      count += 1;
      const text = write(event);
      told.push({ change: event, text });
      if (told.length > kept) told.shift();
      return text;
    },

    /**
     * What came after the event with that id, as far as it is `wanted`; a `reload` when that is not known (any more), or for a
     * new listener.
     */
    after(lastId: string | undefined, wanted: (change: ServerChange) => boolean = () => true): string {
      const [word, number] = lastId?.split('-') ?? [];
      const missed = word === own && /^\d{1,15}$/.test(number ?? '') ? count - Number(number) : -1;
      if (missed < 0 || missed > told.length) return write({ event: 'reload', data: '' });
      return told
        .slice(told.length - missed)
        .filter(({ change }) => wanted(change))
        .map(({ text }) => text)
        .join('');
    },
  };
}
