import { expect, it } from 'vitest';
import type { MessageRule } from '../../model/message-rule.ts';
import { sampleFacts } from '../templates/samples.ts';
import { planMessages } from './plan-messages.ts';

const now = new Date('2026-11-29T13:10:00Z');
const nothing = { environments: [], schedules: [], saved: [], branches: [], requesters: [], alerts: [] };
const rule = (id: number, changes: Partial<MessageRule>): MessageRule => ({
  ...{ id, name: `rule ${id}`, channel: { id: 1, name: 'qa' }, recipients: [], conditions: nothing },
  ...{ occasions: ['reservation'], quietHours: undefined, digest: undefined, digestAt: undefined },
  ...{
    owner: undefined,
    disabled: undefined,
    createdBy: 'x',
    createdAt: now,
    changedBy: 'x',
    changedAt: now,
  },
  ...changes,
});

/** Which rules announce the reservation of preprod-us by alice, and why the others do not. */
const decisions = (...rules: MessageRule[]) =>
  rules.map((each) => {
    const { messages, notSent } = planMessages({
      notice: { kind: 'reservation-started' },
      facts: sampleFacts('reservation-started'),
      rules: [each],
      channels: [
        {
          ...{ id: 1, name: 'qa', kind: 'webhook', disabled: false, personal: true },
          ...{ abilities: { edit: false, thread: false, recipients: true }, defaultRecipient: undefined },
        },
      ],
      posts: [],
      now,
    });
    return messages[0] ? `${messages[0].outcome} ${messages[0].thread}` : notSent[0]?.reason;
  });

it('announces a reservation to its owner, and to rules that are about its environment', () => {
  const alice = { id: 1, name: 'alice', ownOnly: true };
  const sent = 'reservation-started reservation/12';
  expect(
    decisions(
      rule(1, { name: undefined, owner: alice }),
      rule(2, { name: undefined, owner: { ...alice, name: 'bob' } }),
      rule(3, { name: undefined, owner: { ...alice, name: 'bob', ownOnly: false } }),
      rule(4, { conditions: { ...nothing, environments: ['preprod-*'] } }),
      rule(5, { conditions: { ...nothing, environments: ['stage-*'] } }),
      rule(6, { conditions: { ...nothing, requesters: ['bob'] } }),
      rule(7, { occasions: ['failed'] }),
    ),
  ).toEqual([
    sent,
    'only reservations of bob, this one is of alice',
    sent,
    sent,
    'only environments stage-*, this one is on preprod-us',
    'only requested by bob, this one is of alice',
    'announces no reservations',
  ]);
});
