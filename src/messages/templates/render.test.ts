import { expect, it } from 'vitest';
import type { AlertFacts } from '../../model/message-facts.ts';
import { planMessages } from '../rules/plan-messages.ts';
import { outcomeOf, templateOutcomes } from './outcome.ts';
import { renderMessage } from './render.ts';

const alert: AlertFacts = {
  ...{ kind: 'alert', phase: 'started', headline: 'Disk of host a is full' },
  alert: {
    ...{ id: 1, kind: 'disk', subject: 'host a', message: 'Disk of host a is full', action: 'Free space.' },
    ...{ startedAt: '2026-11-28T22:00:00.000Z', endedAt: null, url: null },
  },
};

it('has an outcome for the start and the end of an alert', () => {
  expect(templateOutcomes).toContain(outcomeOf(alert, 'post'));
  expect(outcomeOf({ ...alert, phase: 'ended' }, 'post')).toBe('alert-ended');
});

it('begins the plain text with the headline', async () => {
  const { text } = await renderMessage({
    facts: alert,
    purpose: 'post',
    markup: 'mrkdwn',
    source: undefined,
  });
  expect(text.startsWith(alert.headline)).toBe(true);
});

it('plans nothing without a rule', () => {
  const notice = { kind: 'alert-started', at: new Date(0) } as const;
  const plan = planMessages({ notice, facts: alert, rules: [], channels: [], posts: [], now: new Date(0) });
  expect(plan).toEqual({ messages: [], notSent: [] });
});
