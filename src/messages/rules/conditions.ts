import { createGlobMatcher } from '../../model/glob.ts';
import type { ReservationFacts, SubmissionFacts } from '../../model/message-facts.ts';
import type { MessageRule } from '../../model/message-rule.ts';
import { nameKey } from '../../model/name-key.ts';

/** Why a rule is not about a submission, in words; `undefined` when it is. */
export function failedCondition(rule: MessageRule, { submission }: SubmissionFacts): string | undefined {
  const { environments, schedules, saved, branches, requesters } = rule.conditions;
  if (rule.owner?.ownOnly && !isOwn(rule.owner.name, submission.requestedBy)) {
    return `only submissions of ${rule.owner.name}, this one is of ${submission.requestedBy}`;
  }
  if (environments.length > 0 && !submission.environments.some((code) => matches(environments, code))) {
    return `only environments ${list(environments)}, this one is on ${list(submission.environments)}`;
  }
  const origins = [
    ...schedules.map((name) => ({ name, text: `schedule ${name}`, own: submission.schedule })),
    ...saved.map((name) => ({ name, text: `saved selection ${name}`, own: submission.saved })),
  ];
  if (
    origins.length > 0 &&
    !origins.some(({ name, own }) => own !== null && nameKey(own) === nameKey(name))
  ) {
    return `only ${list(origins.map(({ text }) => text))}, this one is ${originOf(submission)}`;
  }
  if (branches.length > 0 && (submission.branch === null || !matches(branches, submission.branch))) {
    return `only branch ${list(branches)}, this one is of ${submission.branch ?? 'no branch'}`;
  }
  if (requesters.length > 0 && !matches(requesters.map(nameKey), nameKey(submission.requestedBy))) {
    return `only requested by ${list(requesters)}, this one is of ${submission.requestedBy}`;
  }
  return undefined;
}

/** Why a rule is not about a reservation, in words; `undefined` when it is. Schedules, saved selections and branches do not matter. */
export function failedReservationCondition(
  rule: MessageRule,
  { reservation: { owner, environment } }: ReservationFacts,
): string | undefined {
  const { environments, requesters } = rule.conditions;
  if (rule.owner?.ownOnly && !isOwn(rule.owner.name, owner))
    return `only reservations of ${rule.owner.name}, this one is of ${owner}`;
  if (environments.length > 0 && !matches(environments, environment))
    return `only environments ${list(environments)}, this one is on ${environment}`;
  if (requesters.length > 0 && !matches(requesters.map(nameKey), nameKey(owner)))
    return `only requested by ${list(requesters)}, this one is of ${owner}`;
  return undefined;
}

/** A user's submissions are also those of tokens of the user. */
function isOwn(name: string, requestedBy: string): boolean {
  const key = nameKey(requestedBy);
  return key === nameKey(name) || (key.startsWith('token ') && key.endsWith(` of ${nameKey(name)}`));
}

function originOf({ schedule, saved }: SubmissionFacts['submission']): string {
  if (schedule !== null) return `of schedule ${schedule}`;
  return saved === null ? 'of neither' : `of saved selection ${saved}`;
}

const matches = (patterns: readonly string[], text: string) =>
  patterns.some((pattern) => createGlobMatcher(pattern)(text));

/** More names do not help to understand why. */
const maxListed = 5;

function list(names: readonly string[]): string {
  const shown = names.slice(0, maxListed).join(', ');
  return names.length > maxListed ? `${shown} and ${names.length - maxListed} more` : shown;
}
