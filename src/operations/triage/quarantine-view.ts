import { z } from 'zod';
import type { AppliedQuarantine, Quarantine } from '../../model/quarantine.ts';
import { time } from '../core/fields.ts';

/** The part of a quarantine that is shown at a failure. */
export const appliedQuarantineView = z.object({
  id: z.number(),
  owner: z.string(),
  reason: z.string(),
  endsAt: time,
});
export type AppliedQuarantineView = z.output<typeof appliedQuarantineView>;

export const quarantineView = appliedQuarantineView.extend({
  test: z.string(),
  suite: z.string().nullable(),
  environment: z.string().nullable().describe('Code of its environment; null: all environments'),
  causes: z
    .array(z.object({ cause: z.string(), message: z.string().nullable() }))
    .describe(
      'The causes that it covers, each with the message of its newest failure, at most 1,000 characters',
    ),
  createdBy: z.string(),
  createdAt: time,
  endedAt: time.nullable().describe('When it was ended before its time'),
  endedBy: z.string().nullable(),
  active: z.boolean().describe('It covers failures now'),
});
export type QuarantineView = z.output<typeof quarantineView>;

export function viewApplied({ id, owner, reason, endsAt }: AppliedQuarantine): AppliedQuarantineView {
  return { id, owner, reason, endsAt: endsAt.toISOString() };
}

/** `newest`: the newest failures, by cause. */
export function viewQuarantine(
  quarantine: Quarantine,
  newest: ReadonlyMap<string, { message: string }>,
): QuarantineView {
  const { test, suite, environment, causes, createdBy, createdAt, endedAt, endedBy, active } = quarantine;
  return {
    ...viewApplied(quarantine),
    test,
    suite: suite ?? null,
    environment: environment ?? null,
    causes: causes.map((cause) => ({ cause, message: newest.get(cause)?.message ?? null })),
    createdBy,
    createdAt: createdAt.toISOString(),
    endedAt: endedAt?.toISOString() ?? null,
    endedBy: endedBy ?? null,
    active,
  };
}
