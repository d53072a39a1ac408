import { beforeEach, expect, it } from 'vitest';
import { createRunSessions } from './browser-sessions.ts';

const owner = { installation: 'installation', runId: 12, fence: 3 };
let endedLabels: string[];
const create = ({ keepsBrowsers }: { keepsBrowsers: boolean }) =>
  createRunSessions(owner, {
    chrome: true,
    keepsBrowsers,
    sessions: {
      endLabelled: async (label) => void endedLabels.push(label),
      findLabelled: async (label) => async () => void endedLabels.push(label),
    },
  });
beforeEach(() => {
  endedLabels = [];
});

it('has a label for each process when no browser is kept', () => {
  const sessions = create({ keepsBrowsers: false });
  const first = sessions.next('container');
  first.keep();
  expect(first.label).toBe('matre.installation.run-12-3.1');
  expect(sessions.next('container').label).toBe('matre.installation.run-12-3.2');
});

it('has a label for each browser, which the next process of its container gets after tests that passed', () => {
  const sessions = create({ keepsBrowsers: true });
  const first = sessions.next('one');
  first.keep();
  const other = sessions.next('two');
  const second = sessions.next('one');
  expect(second.label).toBe(first.label);
  expect(second.options).toEqual(first.options);
  expect(other.label).not.toBe(first.label);
  // The second has not passed.
  expect([first.label, other.label]).not.toContain(sessions.next('one').label);
});

it('ends the browser that was left to the next process, and keeps none in its container from then on', async () => {
  const sessions = create({ keepsBrowsers: true });
  const endNone = await sessions.releaseLast('container');
  await endNone();
  const first = sessions.next('container');
  first.keep();
  const endFirst = await sessions.releaseLast('container');
  expect(endedLabels).toEqual([]);
  await endFirst();
  expect(endedLabels).toEqual([first.label]);
  const second = sessions.next('container');
  second.keep();
  expect([first.label, second.label]).not.toContain(sessions.next('container').label);
});
