import { expect, it } from 'vitest';
import type { SavedSelectionView } from '#src/operations/saved-selections/saved-selection-view.ts';
import { savedDraftOf, savedFieldsOf } from './saved-draft.ts';

it('sends an unchanged saved selection back without a change, except for removed environments', () => {
  const fields = {
    description: 'what it is for',
    selection: {
      ...{ all: false, tests: ['A'], groups: ['smoke'], suites: ['S'], patterns: ['A*'] },
      ...{ severities: ['MAJOR' as const], modules: ['Acme_Cart'], exclude: ['B'] },
    },
    priority: 3,
    ref: 'release-2.4',
  };
  const environments = [
    { code: 'us', removed: false },
    { code: 'gone', removed: true },
  ];
  const options = { retryFailed: null, failedFirst: true, maxFailures: 5 };
  const saved = { ...fields, name: 'nightly', environments, options } as unknown as SavedSelectionView;
  expect(savedFieldsOf(savedDraftOf(saved))).toEqual({
    ...fields,
    environments: ['us'],
    options: { failedFirst: true, maxFailures: 5 },
  });
});
