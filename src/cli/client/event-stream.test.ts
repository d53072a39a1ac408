import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { parseEvents } from './event-stream.ts';

describe('an event stream', () => {
  it('is parsed independently of how it is split into chunks', async () => {
    const text = 'event: reload\ndata:\n\n: beat\n\nevent: run\ndata: 12\n\nevent: run\nda';
    for (const size of [1, 7, text.length]) {
      const parts = text.match(new RegExp(`.{1,${size}}`, 'gs')) ?? [];
      const chunks = Readable.from(parts.map((piece) => Buffer.from(piece)));
      const events = [];
      for await (const event of parseEvents(chunks)) events.push(event);
      expect(events).toEqual([
        { event: 'reload', data: '' },
        { event: 'run', data: '12' },
      ]);
    }
  });
});
