import type { DigestTime, Occasion, QuietHours, RuleConditions } from '#src/model/message-rule.ts';
import type { RuleView } from '../../messages/types.ts';

/** The times of a rule, as they are typed. Those of what is switched off are kept, so that switching it on again brings them back. */
export interface TimesDraft {
  hasQuietHours: boolean;
  quietHours: QuietHours;
  hasDigest: boolean;
  digest: DigestTime;
}

/** The state of the form of a rule. */
export interface RuleDraft extends TimesDraft {
  name: string;
  channel: string;
  recipients: string[];
  conditions: RuleConditions;
  /** Without that of digests, which `hasDigest` is. */
  occasions: Occasion[];
}

const localZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** From the end of a working day to the next one; a digest on Monday morning. */
export function defaultTimes(): TimesDraft {
  const zone = localZone();
  return {
    hasQuietHours: false,
    quietHours: { from: '22:00', until: '07:00', zone },
    hasDigest: false,
    digest: { period: 'weekly', at: '08:00', zone, weekday: 1 },
  };
}

export const noConditions: RuleConditions = {
  environments: [],
  schedules: [],
  saved: [],
  branches: [],
  requesters: [],
  alerts: [],
};

/** What most teams want: to hear of what is wrong, and that it is over. */
export const usualOccasions: Occasion[] = ['failed', 'broken', 'recovery'];

export function newRuleDraft(channel: string): RuleDraft {
  return {
    name: '',
    channel,
    recipients: [],
    conditions: noConditions,
    occasions: usualOccasions,
    ...defaultTimes(),
  };
}

export function timesOf({ quietHours, digest }: Pick<RuleView, 'quietHours' | 'digest'>): TimesDraft {
  const defaults = defaultTimes();
  return {
    hasQuietHours: quietHours !== null,
    quietHours: quietHours ?? defaults.quietHours,
    hasDigest: digest !== null,
    digest: digest ?? defaults.digest,
  };
}

export function ruleDraftOf(rule: RuleView): RuleDraft {
  const { name, channel, recipients, conditions, occasions } = rule;
  return {
    name,
    channel,
    recipients,
    conditions,
    occasions: occasions.filter((occasion) => occasion !== 'digest'),
    ...timesOf(rule),
  };
}

/** The occasions and times for the API; null: none. */
export function timeFieldsOf(draft: TimesDraft & Pick<RuleDraft, 'occasions'>) {
  const { occasions, hasQuietHours, quietHours, hasDigest, digest } = draft;
  return {
    occasions: hasDigest ? [...occasions, 'digest' as const] : occasions,
    quietHours: hasQuietHours ? quietHours : null,
    digest: hasDigest ? digest : null,
  };
}

/** The fields for the API, except the name. */
export function ruleFieldsOf(draft: RuleDraft) {
  const { channel, recipients, conditions, occasions } = draft;
  // Their field is shown with their occasion only.
  const alerts = occasions.includes('alert') ? conditions.alerts : [];
  return { channel, recipients, ...conditions, alerts, ...timeFieldsOf(draft) };
}
