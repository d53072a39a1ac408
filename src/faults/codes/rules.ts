/** Codes of rules, subscriptions and templates of messages. They are part of the registry in `fault.ts`. */
import { usage } from '../fault-entry.ts';

export const ruleFaults = {
  RULE_UNKNOWN: usage(404, 'Nothing was changed.', 'Run `matre rule list` to see the rules.'),
  RULE_EXISTS: usage(409, 'Nothing was changed.', 'Choose another name, or edit the existing rule.'),
  RULE_INVALID: usage(
    422,
    'Nothing was changed.',
    'The message names what does not exist or does not go together. `matre rule add --help` has examples.',
  ),
  SUBSCRIPTION_UNKNOWN: usage(
    404,
    'Nothing was changed.',
    'The page of your account lists your subscriptions.',
  ),
  SUBSCRIPTION_NEEDS_USER: usage(
    409,
    'A subscription belongs to a user, and this request has none.',
    'Sign in as a user. Where sign-in is off, an operator adds a rule instead: `matre rule add`.',
  ),
  CHANNEL_NOT_PERSONAL: usage(
    403,
    'Nothing was changed.',
    'An operator opens the channel for subscriptions: `matre channel edit NAME --personal`.',
  ),
  TEMPLATE_INVALID: usage(
    422,
    'Nothing was changed. A stored template that fails is replaced by the default one.',
    'Correct the template at the line and column that the message names; docs/messages.md lists what templates know.',
  ),
};
