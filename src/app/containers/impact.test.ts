import { expect, it } from 'vitest';
import type { ElementChange } from '../../modules/modules.ts';
import { createImpact } from './impact.ts';

/** A change that was written and committed in some years. */
const changeOf = (
  subject: string,
  written: number,
  committed: number,
): ElementChange & { index: number } => ({
  commit: { id: subject, subject, author: 'Tester', at: new Date(Date.UTC(written)) },
  committedAt: new Date(Date.UTC(committed)),
  commitsAgo: 0,
  isBoundary: false,
  index: 0,
});

it('names the change of several modules that was committed last, whenever it was written', async () => {
  const changes: Record<string, ElementChange & { index: number }> = {
    first: changeOf('rebased', 2001, 2024),
    second: changeOf('direct', 2023, 2023),
  };
  const pinned = ['first', 'second'].map((id) => ({ name: id, target: `app/${id}`, id, subject: '' }));
  const place = (id: string) => ({
    kind: 'step' as const,
    name: id,
    origin: { file: `app/${id}/a.xml`, line: 1 },
  });
  const compared = { reasons: [], parts: [], step: { places: [place('first'), place('second')] } };
  const impact = createImpact({
    sources: { of: async () => ({ image: '', modules: [{ name: 'first', source: {} }] }) },
    modules: async () => ({
      of: () => ({ checkout: async () => '/module' }),
      elementChange: async ({ commit }: { commit: string }) => changes[commit],
    }),
    readEnabled: async () => undefined,
    createHide: async () => (text: string) => text,
    read: async () => ({ compare: async () => compared }),
  } as never);
  const request = { environment: {}, before: pinned, after: pinned, test: 'ATest', stepKey: 'a' };
  const { stepChange } = await impact.changesBetween(request as never);
  expect(stepChange).toMatchObject({ commit: { subject: 'rebased' }, place: { name: 'first' } });
});
