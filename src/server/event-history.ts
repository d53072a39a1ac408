import { randomBytes } from 'node:crypto';

/** What is told: `run` with the id of one that changed; `reload`: any may have, so look at everything again. */
export type ServerEvent = { event: 'run'; data: string } | { event: 'reload'; data: '' };

/**
 * The last `kept` events as they go over the wire, so that a listener that was away gets what it missed. Their ids begin with
 * a word of this history: those of another server, or of this one before it was restarted, say nothing here.
 */
export function createEventHistory({ kept }: { kept: number }) {
  const own = randomBytes(6).toString('hex');
  const texts: string[] = [];
  let count = 0;

  const write = ({ event, data }: ServerEvent) =>
    `id: ${own}-${count}\nevent: ${event}\n${data === '' ? 'data:' : `data: ${data}`}\n\n`;

  return {
    /** Its text, with the next id. */
    add(event: ServerEvent): string {
      count += 1;
      const text = write(event);
      texts.push(text);
      if (texts.length > kept) texts.shift();
      return text;
    },

    /** What came after the event with that id; a `reload` when that is not known (any more), or for a new listener. */
    after(lastId: string | undefined): string {
      const [word, number] = lastId?.split('-') ?? [];
      const missed = word === own && /^\d{1,15}$/.test(number ?? '') ? count - Number(number) : -1;
      if (missed < 0 || missed > texts.length) return write({ event: 'reload', data: '' });
      return texts.slice(texts.length - missed).join('');
    },
  };
}
