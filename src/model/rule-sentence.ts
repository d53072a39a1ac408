import type { DigestTime, Occasion, QuietHours, RuleConditions } from './message-rule.ts';

// The page uses this file as well, so it imports only types.

/** What a rule says, without its name and history. */
export interface RuleWords {
  /** The name of the channel. */
  channel: string;
  recipients: readonly string[];
  conditions: RuleConditions;
  occasions: readonly Occasion[];
  quietHours: QuietHours | null | undefined;
  digest: DigestTime | null | undefined;
}

/** Which outcome of a submission an occasion is about. */
const outcomes: Partial<Record<Occasion, string>> = {
  failed: 'failed',
  broken: 'broken',
  recovery: 'recovered',
  changed: 'changed',
  flaky: 'flaky',
};

/** 0 is Sunday. */
export const weekdays = [
  'Sunday',
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
] as const;

/**
 * A rule in one sentence, without a full stop: `Slack #qa: failed or broken submissions of nightly, not between 22:00 and 07:00 Europe/Madrid`.
 * Long lists are cut after three names.
 */
export function ruleSentence(rule: RuleWords): string {
  const { channel, recipients, quietHours } = rule;
  const receiver = recipients.length === 0 ? channel : `${channel} to ${listed(recipients, 'and')}`;
  const clauses = [
    submissionClause(rule),
    alertClause(rule),
    reservationClause(rule),
    digestClause(rule),
  ].filter((each) => each !== '');
  const quiet = quietHours
    ? `, not between ${quietHours.from} and ${quietHours.until} ${quietHours.zone}`
    : '';
  return `${receiver}: ${clauses.length === 0 ? 'nothing' : clauses.join('; ')}${quiet}`;
}

function submissionClause({ occasions, conditions }: RuleWords): string {
  const atFirstFailure = occasions.includes('first-failure');
  const adjectives = occasions.flatMap((occasion) => outcomes[occasion] ?? []);
  const noun = `submissions${scopeOf(conditions)}`;
  if (occasions.includes('always'))
    return `all ${noun}${atFirstFailure ? ', also at their first failure' : ''}`;
  if (adjectives.length > 0) {
    return `${listed(adjectives, 'or')} ${noun}${atFirstFailure ? ', also at their first failure' : ''}`;
  }
  return atFirstFailure ? `${noun} at their first failure` : '';
}

function alertClause({ occasions, conditions: { alerts } }: RuleWords): string {
  if (!occasions.includes('alert')) return '';
  return alerts.length === 0 ? 'alerts' : `alerts ${listed(alerts, 'and')}`;
}

function reservationClause({ occasions, conditions: { environments, requesters } }: RuleWords): string {
  if (!occasions.includes('reservation')) return '';
  return `reservations${environments.length > 0 ? ` on ${listed(environments, 'or')}` : ''}${
    requesters.length > 0 ? ` of ${listed(requesters, 'or')}` : ''
  }`;
}

function digestClause({ occasions, digest, conditions }: RuleWords): string {
  if (!occasions.includes('digest') || !digest) return '';
  const { period, at, zone, weekday } = digest;
  const day = period === 'weekly' ? `${weekdays[weekday] ?? weekdays[0]} ` : '';
  return `a ${period} digest${scopeOf(conditions)}, ${day}${at} ${zone}`;
}

/** ` of nightly on stage-es, branch main`: which submissions. */
function scopeOf({ schedules, saved, environments, branches, requesters }: RuleConditions): string {
  const names = [...schedules, ...saved];
  return [
    names.length > 0 && ` of ${listed(names, 'or')}`,
    environments.length > 0 && ` on ${listed(environments, 'or')}`,
    branches.length > 0 && ` from branch ${listed(branches, 'or')}`,
    requesters.length > 0 && ` requested by ${listed(requesters, 'or')}`,
  ]
    .filter((part) => part !== false)
    .join('');
}

/** More names are counted. */
const maxNames = 3;

function listed(names: readonly string[], word: 'and' | 'or'): string {
  const isCut = names.length > maxNames + 1;
  const shown = isCut ? names.slice(0, maxNames) : names;
  const rest = isCut ? `${names.length - maxNames} more` : undefined;
  const all = rest === undefined ? [...shown] : [...shown, rest];
  const last = all.pop() ?? '';
  return all.length === 0 ? last : `${all.join(', ')} ${word} ${last}`;
}
