import { describe, expect, it } from 'vitest';
import type { RuleConditions } from './message-rule.ts';
import { type RuleWords, ruleSentence } from './rule-sentence.ts';

const anything: RuleConditions = {
  environments: [],
  schedules: [],
  saved: [],
  branches: [],
  requesters: [],
  alerts: [],
};

const sentence = (rule: Partial<RuleWords>, conditions: Partial<RuleConditions> = {}) =>
  ruleSentence({
    channel: 'Slack #qa',
    recipients: [],
    occasions: [],
    quietHours: null,
    digest: null,
    ...rule,
    conditions: { ...anything, ...conditions },
  });

describe('the sentence of a rule', () => {
  const quietHours = { from: '22:00', until: '07:00', zone: 'Europe/Madrid' };
  const digest = { period: 'weekly', at: '08:00', zone: 'UTC', weekday: 1 } as const;
  it.each<[Partial<RuleWords>, Partial<RuleConditions>, string]>([
    [
      { occasions: ['failed', 'broken'], quietHours },
      { schedules: ['nightly'] },
      'Slack #qa: failed or broken submissions of nightly, not between 22:00 and 07:00 Europe/Madrid',
    ],
    [{ occasions: ['always'] }, {}, 'Slack #qa: all submissions'],
    [
      { occasions: ['always', 'first-failure'] },
      {},
      'Slack #qa: all submissions, also at their first failure',
    ],
    [
      { occasions: ['first-failure'] },
      { schedules: ['a'], saved: ['b'] },
      'Slack #qa: submissions of a or b at their first failure',
    ],
    [
      { occasions: ['recovery', 'changed', 'flaky'], recipients: ['ann@x.org', 'bob@x.org'] },
      { environments: ['stage-*'], branches: ['main'], requesters: ['ci'] },
      'Slack #qa to ann@x.org and bob@x.org: recovered, changed or flaky submissions on stage-* from branch main requested by ci',
    ],
    [
      { occasions: ['failed'] },
      { environments: ['a', 'b', 'c', 'd', 'e'] },
      'Slack #qa: failed submissions on a, b, c or 2 more',
    ],
    [{ occasions: ['alert'] }, {}, 'Slack #qa: alerts'],
    [
      { occasions: ['reservation'] },
      { environments: ['us'], requesters: ['ann'] },
      'Slack #qa: reservations on us of ann',
    ],
    [{ occasions: ['failed', 'alert'] }, { alerts: ['disk'] }, 'Slack #qa: failed submissions; alerts disk'],
    [{ occasions: ['digest'], digest }, {}, 'Slack #qa: a weekly digest, Monday 08:00 UTC'],
    [
      { occasions: ['digest'], digest: { ...digest, period: 'daily' } },
      { schedules: ['nightly'] },
      'Slack #qa: a daily digest of nightly, 08:00 UTC',
    ],
    [{}, {}, 'Slack #qa: nothing'],
  ])('says what is sent where: %j, %j', (rule, conditions, expected) => {
    expect(sentence(rule, conditions)).toBe(expected);
  });
});
