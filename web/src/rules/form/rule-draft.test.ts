import { expect, it } from 'vitest';
import { newRuleDraft, ruleFieldsOf } from './rule-draft.ts';

it('has kinds of alerts only with their occasion, without which the server refuses them', () => {
  const draft = newRuleDraft('ops');
  const conditions = { ...draft.conditions, alerts: ['disk-full' as const] };
  expect(ruleFieldsOf({ ...draft, conditions, occasions: ['alert'] }).alerts).toEqual(['disk-full']);
  expect(ruleFieldsOf({ ...draft, conditions, occasions: ['failed'] }).alerts).toEqual([]);
});
