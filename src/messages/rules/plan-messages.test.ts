import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NoticeKind } from '../../model/message.ts';
import type { MessageFacts, SubmissionFacts } from '../../model/message-facts.ts';
import {
  type MessageRule,
  type Occasion,
  occasions,
  type RuleChannel,
  type RuleConditions,
} from '../../model/message-rule.ts';
import type { Verdict } from '../../model/run.ts';
import { type EarlierPost, type PlanInput, planMessages } from './plan-messages.ts';

const noConditions: RuleConditions = {
  ...{ environments: [], schedules: [], saved: [], branches: [], requesters: [], alerts: [] },
};

/** `failed, broken; environments us; quiet 22:00 07:00 Europe/Berlin` as a rule. */
function parseRule(text: string, id: number): MessageRule {
  const [words = '', ...parts] = text.split('; ');
  const rule: MessageRule = {
    ...{ id, name: `r${id}`, channel: { id: 1, name: 'qa' }, recipients: [], quietHours: undefined },
    ...{ conditions: noConditions, occasions: words.split(', ') as Occasion[], owner: undefined },
    ...{ digest: undefined, digestAt: undefined, disabled: undefined },
    ...{ createdBy: 'x', createdAt: new Date(0), changedBy: 'x', changedAt: new Date(0) },
  };
  for (const part of parts) {
    const [word = '', ...values] = part.split(' ');
    const [first = '', second = '', third = ''] = values;
    if (word in noConditions) rule.conditions = { ...rule.conditions, [word]: values };
    else if (word === 'to') rule.recipients = values;
    else if (word === 'quiet') rule.quietHours = { from: first, until: second, zone: third };
    else if (word === 'off') rule.disabled = { since: new Date(0), by: 'x' };
    else if (word === 'own' || word === 'of') {
      rule.owner = { id: 7, name: values.at(-1) ?? '', ownOnly: word === 'own' };
      rule.name = undefined;
    } else throw new Error(`A rule with ${part} is no part of the table.`);
  }
  return rule;
}

const abilities: Record<string, RuleChannel['abilities']> = {
  webhook: { edit: false, thread: false, recipients: false },
  bot: { edit: true, thread: true, recipients: true },
  email: { edit: false, thread: false, recipients: true },
  forge: { edit: false, thread: false, recipients: false },
};

function parseChannel(text: string): RuleChannel {
  const [kind = '', ...words] = text.split(' ');
  const rest = words.join(' ');
  const named = abilities[kind];
  if (!named) throw new Error(`A channel ${text} is no part of the table.`);
  return {
    ...{ id: 1, name: 'qa', kind: kind === 'forge' ? 'github' : kind, abilities: named },
    ...{ disabled: rest === 'off', personal: rest !== 'not personal' },
    defaultRecipient: rest.startsWith('default ') ? rest.slice('default '.length) : undefined,
  };
}

const counts = { planned: 600, passed: 600, failed: 0, broken: 0, skipped: 0, flaky: 0, quarantined: 0 };
const classes = { new: 0, known: 0, fixed: 0, flaky: 0, slower: 0, broken: 0, other: 0 };
const failure = { test: 'ATest', suite: null, className: null, quarantined: false, message: 'x', url: null };

function submissionFacts(): SubmissionFacts {
  return {
    ...{ kind: 'submission', phase: 'running', headline: 'nightly', causes: [], firstFailure: null },
    run: null,
    submission: {
      ...{ id: 5, url: null, name: 'nightly', schedule: 'nightly', saved: null, verdict: null },
      ...{ requestedBy: 'schedule nightly', createdAt: '2026-11-28T10:00:00.000Z', finishedAt: null },
      ...{ durationMs: null, usualMs: null, environments: ['us'], counts, classes, previousVerdict: null },
      ...{ branch: 'main', commit: null, commits: [], commitLink: null },
    },
    runs: [
      {
        ...{ id: 9, environment: 'us', url: null, state: 'finished', verdict: null, reason: null, counts },
        ...{ classes: null, durationMs: null, failures: [], moreFailures: 0 },
      },
    ],
  };
}

interface Happening {
  notice: { kind: NoticeKind; ruleId?: number };
  facts: MessageFacts;
  posts: EarlierPost[];
  now: Date;
}

/** `failed, before passed, new 3, at 2026-11-28T23:00Z` as a notice with its facts. */
function parseHappening(text: string): Happening {
  const [first = '', ...parts] = text.split(', ');
  const facts = submissionFacts();
  const { submission } = facts;
  const [run] = facts.runs;
  const happening: Happening = {
    ...{ notice: { kind: 'submission-finished' }, facts, posts: [] },
    now: new Date('2026-11-28T12:00:00Z'),
  };
  const fail = () => {
    submission.counts = { ...counts, passed: 590, failed: 10 };
    if (run) run.failures = [failure];
  };
  const [word, second, third] = first.split(' ');
  if (first === 'started') happening.notice.kind = 'submission-started';
  else if (first === 'progress') happening.notice.kind = 'submission-progress';
  else if (first === 'first failure') {
    happening.notice.kind = 'first-failure';
    fail();
  } else if (word === 'run') {
    happening.notice.kind = 'run-finished';
    facts.run = 9;
    if (second === 'failed') fail();
  } else if (word === 'alert') {
    const phase = third === 'began' ? 'started' : 'ended';
    happening.notice.kind = `alert-${phase}`;
    const alert = { id: 3, kind: second ?? '', subject: 'a', message: 'x', action: 'x', url: null };
    const times = { startedAt: '2026-11-28T10:00:00.000Z', endedAt: null };
    happening.facts = { kind: 'alert', phase, headline: 'x', alert: { ...alert, ...times } };
  } else if (word === 'digest') {
    happening.notice = { kind: 'digest-due', ruleId: 1 };
    const sums = { runs: 0, passed: 0, failed: 0, broken: 0, flaky: 0, passRate: null, durationMs: null };
    happening.facts = {
      ...{ kind: 'digest', period: 'daily', headline: 'x', from: '', to: '', url: null, totals: sums },
      ...{ before: null, environments: [], submissions: [], moreSubmissions: 0, failing: [], grown: [] },
    };
  } else {
    facts.phase = 'finished';
    submission.verdict = first as Verdict;
    if (first === 'failed') fail();
  }
  for (const part of parts) {
    const [name = '', ...values] = part.split(' ');
    const value = values.join(' ');
    if (name === 'on') submission.environments = values;
    else if (name === 'before') submission.previousVerdict = value as Verdict;
    else if (name in classes) submission.classes = { ...classes, [name]: Number(value) };
    else if (name === 'schedule') submission.schedule = value === 'none' ? null : value;
    else if (name === 'saved') submission.saved = value;
    else if (name === 'branch') submission.branch = value;
    else if (name === 'by') submission.requestedBy = value;
    else if (name === 'announced') happening.posts = [{ channelId: 1, recipient: value || null }];
    else if (name === 'at') happening.now = new Date(value);
    else throw new Error(`What happens with ${part} is no part of the table.`);
  }
  return happening;
}

/** The plan in the words of the table. */
function describePlan(input: PlanInput): string {
  const { messages, notSent } = planMessages(input);
  const sent = messages.map(({ purpose, recipient, dueAt, reason }) => {
    const to = recipient === null ? '' : ` to ${recipient}`;
    const at = dueAt > input.now ? ` at ${dueAt.toISOString().replace(':00.000Z', 'Z')}` : '';
    const match = /^(?:Rule|Subscription of) \w+: (.*)$/.exec(reason);
    return `${purpose}${to}${at}${match ? `: ${match[1]}` : ''}`;
  });
  return [...sent, ...notSent.map(({ reason }) => `- ${reason}`)].join(' + ');
}

function readTable(): { section: string; cells: string[] }[] {
  const text = readFileSync(join(import.meta.dirname, 'messages.table.md'), 'utf8');
  return text
    .split('\n## ')
    .slice(1)
    .flatMap((part) => {
      const [section = '', ...lines] = part.split('\n');
      const rows = lines.filter((line) => line.startsWith('|')).slice(2);
      return rows.map((row) => ({ section, cells: row.split('|').map((cell) => cell.trim()) }));
    });
}

describe('messages of rules', () => {
  it.each(readTable().map(({ section, cells }) => [section, ...cells.slice(1, 5)] as const))(
    '%s: "%s" on %s, %s: %s',
    (_section, rules = '', channel = '', happens = '', expected = '') => {
      const input = {
        ...parseHappening(happens),
        rules: rules.split(' / ').map((rule, index) => parseRule(rule, index + 1)),
        channels: [parseChannel(channel)],
      };
      expect(describePlan(input)).toBe(expected);
    },
  );

  const ruleText = fc
    .record({
      occasions: fc.uniqueArray(fc.constantFrom(...occasions), { minLength: 1, maxLength: 4 }),
      parts: fc.uniqueArray(
        fc.constantFrom(
          'environments u*',
          'environments es',
          'to a@example.com b@example.com',
          'to A@example.com',
          'quiet 22:00 07:00 Europe/Berlin',
          'off',
          'of ann',
          'own of ann',
        ),
        { maxLength: 3 },
      ),
    })
    .map(({ occasions: words, parts }) => [words.join(', '), ...parts].join('; '));
  const happening = fc
    .record({
      what: fc.constantFrom(
        ...['started', 'progress', 'first failure', 'run failed', 'run passed', 'passed', 'failed', 'broken'],
        ...['cancelled', 'alert disk began', 'alert disk ended', 'digest'],
      ),
      parts: fc.uniqueArray(
        fc.constantFrom('before failed', 'new 2', 'by ann', 'announced', 'announced a@example.com'),
        { maxLength: 3 },
      ),
      at: fc.constantFrom('at 2026-11-28T12:00Z', 'at 2026-11-28T23:00Z'),
    })
    .map(({ what, parts, at }) => [what, ...parts, at].join(', '));
  const input = fc
    .record({
      rules: fc.array(ruleText, { maxLength: 6 }),
      kinds: fc.array(fc.constantFrom(...Object.keys(abilities)), { minLength: 1, maxLength: 3 }),
      happening,
    })
    .map(({ rules, kinds, happening: text }): PlanInput => {
      const channels = kinds.map((kind, index) => ({ ...parseChannel(kind), id: index + 1 }));
      return {
        ...parseHappening(text),
        channels,
        rules: rules.map((rule, index) => {
          const id = (index % channels.length) + 1;
          return { ...parseRule(rule, index + 1), channel: { id, name: `c${id}` } };
        }),
      };
    });

  it('are never two of one purpose for a channel and recipient', () => {
    fc.assert(
      fc.property(input, (each) => {
        const keys = planMessages(each).messages.map(
          ({ channelId, recipient, purpose }) => `${channelId} ${purpose} ${recipient?.toLowerCase()}`,
        );
        expect(new Set(keys).size).toBe(keys.length);
      }),
    );
  });

  it('do not depend on the order of rules and channels', () => {
    fc.assert(
      fc.property(input, (each) => {
        const reversed = {
          ...each,
          rules: each.rules.toReversed(),
          channels: each.channels.toReversed(),
        };
        expect(planMessages(reversed)).toEqual(planMessages(each));
      }),
    );
  });

  it('never edit or answer a post that is not there, nor use an ability that the channel lacks', () => {
    fc.assert(
      fc.property(input, (each) => {
        const { messages } = planMessages(each);
        for (const { channelId, purpose, recipient, dueAt } of messages) {
          const { abilities: can } = each.channels.find(({ id }) => id === channelId) as RuleChannel;
          const posts = [...each.posts, ...messages.filter((message) => message.purpose === 'post')];
          if (purpose === 'edit') expect(can.edit).toBe(true);
          if (purpose === 'reply') expect(can.thread).toBe(true);
          if (purpose === 'edit' || purpose === 'reply') {
            expect(posts.map((post) => `${post.channelId} ${post.recipient?.toLowerCase()}`)).toContain(
              `${channelId} ${recipient?.toLowerCase()}`,
            );
          }
          expect(dueAt.getTime()).toBeGreaterThanOrEqual(each.now.getTime());
        }
      }),
    );
  });
});
