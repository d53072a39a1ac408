import { z } from 'zod';
import { createGlobMatcher, isGlob } from '../../model/glob.ts';
import { digestPeriods, type MessageRule, occasions } from '../../model/message-rule.ts';
import { nameKey } from '../../model/name-key.ts';
import type { Context } from '../core/context.ts';
import { time } from '../core/fields.ts';

const texts = z.array(z.string());

export const quietHoursView = z.object({ from: z.string(), until: z.string(), zone: z.string() });
export const digestView = z.object({
  period: z.enum(digestPeriods),
  at: z.string(),
  zone: z.string(),
  weekday: z.number().describe('Of a weekly one: 0 is Sunday'),
});
export const disabledView = z.object({ since: time, by: z.string() });

export const ruleView = z.object({
  id: z.number(),
  name: z.string(),
  channel: z.string(),
  recipients: texts.describe('Without any, the default of the channel'),
  conditions: z
    .object({
      environments: texts,
      schedules: texts,
      saved: texts,
      branches: texts,
      requesters: texts,
      alerts: texts,
    })
    .describe('An empty list allows all'),
  occasions: z.array(z.enum(occasions)),
  quietHours: quietHoursView.nullable().describe('Messages wait until they end'),
  digest: digestView.nullable(),
  nextDigestAt: time.nullable(),
  disabled: disabledView.nullable().describe('Set while it is switched off'),
  problem: z.string().nullable().describe('Why it announces less than it says: what it names does not exist'),
  createdBy: z.string(),
  createdAt: time,
  changedBy: z.string(),
  changedAt: time,
});
export type RuleView = z.output<typeof ruleView>;

/** What exists of what rules name. */
export interface ExistingNames {
  environments: string[];
  schedules: string[];
  saved: string[];
  /** By id. */
  disabledChannels: ReadonlySet<number>;
}

export async function readExistingNames(context: Context): Promise<ExistingNames> {
  const [environments, schedules, saved, channels] = await Promise.all([
    context.environments.list(),
    context.schedules.list(),
    context.savedSelections.list(),
    context.channels.list(),
  ]);
  return {
    environments: environments.map(({ code }) => code),
    schedules: schedules.map(({ name }) => name),
    saved: saved.map(({ name }) => name),
    disabledChannels: new Set(channels.filter(({ disabled }) => disabled).map(({ id }) => id)),
  };
}

export function viewRule(rule: MessageRule, existing: ExistingNames): RuleView {
  return {
    ...{ id: rule.id, name: rule.name ?? '', channel: rule.channel.name, recipients: rule.recipients },
    ...{ conditions: rule.conditions, occasions: rule.occasions },
    ...viewTimes(rule),
    nextDigestAt: rule.digestAt?.toISOString() ?? null,
    problem: problemOf(rule, existing) ?? null,
    ...{ createdBy: rule.createdBy, createdAt: rule.createdAt.toISOString() },
    ...{ changedBy: rule.changedBy, changedAt: rule.changedAt.toISOString() },
  };
}

export function viewTimes({ quietHours, digest, disabled }: MessageRule) {
  return {
    quietHours: quietHours ?? null,
    digest: digest ?? null,
    disabled: disabled ? { since: disabled.since.toISOString(), by: disabled.by } : null,
  };
}

/** What a rule names and there is not, in words; `undefined` when all is there. */
function problemOf({ conditions, channel }: MessageRule, existing: ExistingNames): string | undefined {
  const problems = [
    ...conditions.environments.flatMap((text) => missingEnvironment(text, existing.environments) ?? []),
    ...missing(conditions.schedules, existing.schedules).map((name) => `There is no schedule ${name}.`),
    ...missing(conditions.saved, existing.saved).map((name) => `There is no saved selection ${name}.`),
    ...(existing.disabledChannels.has(channel.id) ? [`Channel ${channel.name} is switched off.`] : []),
  ];
  return problems.length === 0 ? undefined : problems.join(' ');
}

/** Why a code or pattern is about no environment, in a sentence; `undefined` when there is one. */
export function missingEnvironment(text: string, codes: readonly string[]): string | undefined {
  if (codes.some(createGlobMatcher(text))) return undefined;
  return isGlob(text) ? `No environment matches ${text}.` : `There is no environment ${text}.`;
}

function missing(names: readonly string[], existing: readonly string[]): string[] {
  const keys = new Set(existing.map(nameKey));
  return names.filter((name) => !keys.has(nameKey(name)));
}
