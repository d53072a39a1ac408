import { z } from 'zod';
import type { SavedSelection } from '../../model/saved-selection.ts';
import { summariseSelection } from '../../model/selection.ts';
import { time } from '../core/fields.ts';
import { runOptionsView, selectionView, viewRunOptions } from '../core/views.ts';

export const savedSelectionView = z.object({
  id: z.number(),
  name: z.string(),
  description: z.string(),
  selection: selectionView,
  summary: z.string().describe('The selection in a few words'),
  environments: z
    .array(z.object({ code: z.string(), removed: z.boolean() }))
    .describe('Where its runs are submitted unless a request names others; possibly none'),
  priority: z.number(),
  options: runOptionsView,
  ref: z.string().nullable().describe('Branch, tag or commit that its runs test'),
  disabled: z
    .object({ since: time, by: z.string() })
    .nullable()
    .describe('Set while it is switched off: nothing can be submitted with it'),
  schedules: z.array(z.string()).describe('The schedules that use it'),
  problem: z.string().nullable().describe('What is wrong with it now: an environment was removed'),
  appliedFrom: z.string().nullable().describe('The project of the matre.yml that has it'),
  createdBy: z.string(),
  createdAt: time,
  changedBy: z.string(),
  changedAt: time,
});
export type SavedSelectionView = z.output<typeof savedSelectionView>;

export function viewSavedSelection(saved: SavedSelection): SavedSelectionView {
  const { environments, selection, disabled, appliedFrom, createdAt, changedAt, options, ref, ...rest } =
    saved;
  return {
    ...rest,
    selection,
    summary: summariseSelection(selection),
    environments: environments.map(({ code, removed }) => ({ code, removed })),
    options: viewRunOptions(options),
    ref: ref ?? null,
    disabled: disabled ? { since: disabled.since.toISOString(), by: disabled.by } : null,
    problem: problemOf(saved) ?? null,
    appliedFrom: appliedFrom ?? null,
    createdAt: createdAt.toISOString(),
    changedAt: changedAt.toISOString(),
  };
}

function problemOf({ environments }: SavedSelection): string | undefined {
  const removedCodes = environments.filter(({ removed }) => removed).map(({ code }) => code);
  return removedCodes.length === 0 ? undefined : `Removed environments: ${removedCodes.join(', ')}.`;
}
