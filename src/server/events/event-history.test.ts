import { expect, it } from 'vitest';
import { createEventHistory } from './event-history.ts';

const run = (id: number) => ({ event: 'run', data: String(id) }) as const;
const idOf = (text: string) => /^id: (.*)$/m.exec(text)?.[1] ?? '';

it('returns the events after an id', () => {
  const history = createEventHistory({ maxEvents: 3 });
  const texts = [1, 2, 3].map((id) => history.add(run(id)));
  expect(texts[0]).toMatch(/^id: \w+-1\nevent: run\ndata: 1\n\n$/);
  expect(history.after(idOf(texts[0] as string))).toBe(texts.slice(1).join(''));
  expect(history.after(idOf(texts[2] as string))).toBe('');
});

it('returns a reload event for an unknown or expired id, with the id to continue from', () => {
  const history = createEventHistory({ maxEvents: 3 });
  const start = idOf(history.after(undefined));
  const texts = [1, 2, 3].map((id) => history.add(run(id)));
  // The history holds three events; a fourth removes the first.
  expect(history.after(start)).toBe(texts.join(''));
  history.add(run(4));
  const foreign = createEventHistory({ maxEvents: 3 }).after(undefined);
  for (const id of [undefined, '', 'x', start, idOf(foreign), `${start}9`, `${start.split('-')[0]}-`]) {
    const text = history.after(id);
    expect(text).toMatch(/\nevent: reload\ndata:\n\n$/);
    expect(history.after(idOf(text))).toBe('');
  }
});
