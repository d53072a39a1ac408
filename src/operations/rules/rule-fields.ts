import { z } from 'zod';
import { Fault } from '../../faults/fault.ts';
import { isMailAddress } from '../../messages/channels/email/addresses.ts';
import { channelKind } from '../../messages/channels/registry.ts';
import { nextDigest } from '../../messages/rules/digest-time.ts';
import { parseTimeOfDay } from '../../messages/rules/time-of-day.ts';
import { alertKinds } from '../../model/alert.ts';
import type { Channel } from '../../model/channel.ts';
import { digestPeriods, type MessageRule, occasions, type RuleConditions } from '../../model/message-rule.ts';
import { openZone } from '../../schedule/time-zone.ts';
import type { MessageRuleFields } from '../../store/tables/message-rules.ts';
import type { Context } from '../core/context.ts';
import { line, scheduleName, shownLine } from '../core/fields.ts';
import { getEnvironment } from '../environments/get-environment.ts';
import { missingEnvironment } from './rule-view.ts';

/** More names are better said by a pattern. */
const maxNames = 100;
const maxRecipients = 20;

const timeOfDay = line(5).refine(
  (text) => parseTimeOfDay(text) !== undefined,
  'must be a time of day such as 07:30',
);
const zone = line(100).describe('A name of the IANA database, such as Europe/Berlin');
/** Compared with codes of environments; it has no other characters than they and patterns have. */
const codeOrPattern = z
  .string()
  .regex(/^[a-z0-9*?][a-z0-9_*?-]{0,62}$/, 'must be the code of an environment, or a pattern with * and ?');
const pattern = line(200);

export const quietHoursInput = z
  .object({ from: timeOfDay, until: timeOfDay, zone })
  .strict()
  .refine(({ from, until }) => from !== until, 'are 24 h when both times are equal: nothing would be sent')
  .describe(
    'Times of each day in which messages wait until they end; over midnight when from is later than until',
  );

export const digestInput = z
  .object({
    period: z.enum(digestPeriods),
    at: timeOfDay,
    zone,
    weekday: z.int().min(0).max(6).default(1).describe('Of a weekly one: 0 is Sunday'),
  })
  .strict()
  .describe('When the digest is sent; the occasion digest needs it');

export const occasionsInput = z
  .array(z.enum(occasions))
  .min(1, 'must name at least one occasion')
  .max(occasions.length)
  .describe(
    'always: every finished submission; first-failure: as soon as a test failed; recovery: it passed and the one before did not; ' +
      'changed: another verdict than before, new failures or fixed ones',
  );

export const recipient = shownLine(320).describe('An e-mail address, or the id of a Slack member');

/** The conditions, each a list that allows all when it is empty. */
export const conditionInputs = {
  environments: z.array(codeOrPattern).max(maxNames).describe('Codes of environments, or patterns of them'),
  schedules: z.array(scheduleName).max(maxNames).describe('Submissions of these schedules'),
  saved: z.array(scheduleName).max(maxNames).describe('Submissions with these saved selections'),
  branches: z.array(pattern).max(maxNames).describe('Branches of the test module, or patterns of them'),
  requesters: z.array(pattern).max(maxNames).describe('Who submitted it, or patterns of that'),
  alerts: z.array(z.enum(alertKinds)).max(maxNames).describe('Kinds of alerts'),
};

/** What a rule has, without its name. */
export const ruleInputs = {
  channel: scheduleName.describe('The name of the channel'),
  recipients: z.array(recipient).max(maxRecipients).describe('Without any, the default of the channel'),
  ...conditionInputs,
  occasions: occasionsInput,
  quietHours: quietHoursInput.nullable(),
  digest: digestInput.nullable(),
};

/** What users give of a rule, complete. */
export interface RuleInput {
  channel: Channel;
  recipients: string[];
  conditions: RuleConditions;
  occasions: MessageRule['occasions'];
  quietHours: MessageRule['quietHours'] | null;
  digest: MessageRule['digest'] | null;
  disabled: MessageRule['disabled'];
}

/**
 * The fields of a rule that are stored. Errors: RULE_INVALID for what does not go together, INPUT_INVALID for a time zone;
 * ENVIRONMENT_UNKNOWN, SCHEDULE_UNKNOWN, SAVED_SELECTION_UNKNOWN for names that do not exist, unless `current` has them already: what
 * was removed later must not keep a rule from being changed.
 */
export async function checkRule(
  context: Context,
  input: RuleInput,
  current?: Pick<MessageRule, 'conditions' | 'digest' | 'digestAt'>,
): Promise<MessageRuleFields> {
  const { channel, recipients, conditions, occasions, quietHours, digest, disabled } = input;
  checkChannel(channel, recipients);
  if (quietHours) openZone(quietHours.zone);
  if (digest) openZone(digest.zone);
  if (occasions.includes('digest') !== Boolean(digest)) {
    throw invalid(
      digest ? 'A digest needs the occasion digest.' : 'The occasion digest needs digest: when it is sent.',
    );
  }
  if (conditions.alerts.length > 0 && !occasions.includes('alert')) {
    throw invalid('Kinds of alerts need the occasion alert.');
  }
  await checkNames(context, conditions, current?.conditions);
  const isSameDigest = JSON.stringify(digest ?? undefined) === JSON.stringify(current?.digest);
  return {
    ...{
      channelId: channel.id,
      recipients: unique(recipients),
      conditions: uniqueNames(conditions),
      disabled,
    },
    ...{ occasions: unique(occasions), quietHours: quietHours ?? undefined, digest: digest ?? undefined },
    digestAt: isSameDigest
      ? current?.digestAt
      : digest
        ? nextDigest(digest, await context.clock())
        : undefined,
  };
}

/** Errors: RULE_INVALID. */
function checkChannel({ name, kind }: Channel, recipients: readonly string[]): void {
  if (kind === 'github' || kind === 'gitlab') {
    throw invalid(`Channel ${name} shows statuses of commits, which need no rule.`);
  }
  if (recipients.length === 0) return;
  if (!channelKind(kind)?.abilities.recipients) {
    throw invalid(`Channel ${name} takes no recipients: all its messages go to one place.`);
  }
  for (const recipient of recipients) {
    const isValid = kind === 'email' ? isMailAddress(recipient) : /^[UW][A-Z0-9]{6,30}$/.test(recipient);
    if (!isValid) {
      const form = kind === 'email' ? 'an e-mail address' : 'the id of a member, such as U012AB3CD';
      throw invalid(`${JSON.stringify(recipient)} is not ${form}.`);
    }
  }
}

async function checkNames(
  context: Context,
  conditions: RuleConditions,
  current: RuleConditions | undefined,
): Promise<void> {
  const added = (field: 'environments' | 'schedules' | 'saved') =>
    conditions[field].filter((name) => !current?.[field].includes(name));
  const environments = added('environments');
  if (environments.length > 0) {
    const codes = (await context.environments.list()).map(({ code }) => code);
    for (const text of environments) {
      const problem = missingEnvironment(text, codes);
      if (problem === undefined) continue;
      if (problem.startsWith('There')) await getEnvironment(context, text);
      throw invalid(problem);
    }
  }
  for (const name of added('schedules')) await context.schedules.get(name);
  for (const name of added('saved')) await context.savedSelections.get(name);
}

function uniqueNames(conditions: RuleConditions): RuleConditions {
  const { environments, schedules, saved, branches, requesters, alerts } = conditions;
  return {
    ...{ environments: unique(environments), schedules: unique(schedules), saved: unique(saved) },
    ...{ branches: unique(branches), requesters: unique(requesters), alerts: unique(alerts) },
  };
}

const unique = <Value>(values: readonly Value[]) => [...new Set(values)];

export const invalid = (message: string) => new Fault('RULE_INVALID', message);
