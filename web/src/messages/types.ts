import type { listMessages } from '#src/operations/messages/messages.ts';
import type { listRules } from '#src/operations/rules/rules.ts';
import type { listSubscriptions } from '#src/operations/rules/subscriptions.ts';
import type { listTemplates } from '#src/operations/rules/templates.ts';
import type { tryRule } from '#src/operations/rules/try-rule.ts';
import type { OutputOf } from '../api/request.ts';

// What the operations of messages answer.

export type MessageView = OutputOf<typeof listMessages>['messages'][number];
export type RuleView = OutputOf<typeof listRules>['rules'][number];
export type RuleTrial = OutputOf<typeof tryRule>;
export type TemplateView = OutputOf<typeof listTemplates>['templates'][number];
export type SubscriptionView = OutputOf<typeof listSubscriptions>['subscriptions'][number];
export type PersonalChannel = OutputOf<typeof listSubscriptions>['channels'][number];
