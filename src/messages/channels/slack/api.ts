import { z } from 'zod';
import { DeliveryFault, type OutgoingHttp } from '../channel.ts';
import { parseJson } from '../parse-json.ts';
import { answerText, refusalOf, retryAfterOf, strangeAnswer } from '../refusals.ts';

/** A page of the history: of 200 messages of matre, which have up to 20 kB, and of other apps, which may have more. */
const maxBytes = 16 * 1024 * 1024;

/** How to call the Web API of Slack with the token of a bot. */
export interface SlackApiOptions {
  apiUrl: string;
  token: string;
  http: OutgoingHttp;
  signal: AbortSignal;
}

const responseSchema = z.looseObject({
  ok: z.boolean(),
  error: z.string().optional(),
  needed: z.string().optional(),
  response_metadata: z.looseObject({ messages: z.array(z.string()).optional() }).optional(),
});

/** A fault with the error of Slack, such as `message_not_found`. */
export class SlackFault extends DeliveryFault {
  static override [Symbol.hasInstance](value: unknown): boolean {
    return (
      value instanceof DeliveryFault && typeof (value as { slackError?: unknown }).slackError === 'string'
    );
  }

  readonly slackError: string;

  constructor(slackError: string, ...fault: ConstructorParameters<typeof DeliveryFault>) {
    super(...fault);
    this.slackError = slackError;
  }
}

/**
 * The response of a method of the Web API: with `body` by POST, with `query` by GET. Throws a SlackFault for `ok: false`, another
 * DeliveryFault when Slack did not answer as documented.
 */
export async function callSlack<Response extends z.ZodType>(
  method: string,
  parameters: { body: unknown } | { query: Record<string, string> },
  response: Response,
  { apiUrl, token, http, signal }: SlackApiOptions,
): Promise<z.infer<Response>> {
  const query = 'query' in parameters ? `?${new URLSearchParams(parameters.query)}` : '';
  const answer = await http.request(`${apiUrl.replace(/\/$/, '')}/${method}${query}`, {
    method: 'query' in parameters ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      ...('body' in parameters && { 'content-type': 'application/json; charset=utf-8' }),
    },
    ...('body' in parameters && { body: JSON.stringify(parameters.body) }),
    ...{ maxBytes, signal },
  });
  if (answer.status !== 200) throw refusalOf('Slack', answer, { secrets: [token] });
  const json = parseJson(answer.text);
  const envelope = responseSchema.safeParse(json);
  if (envelope.success && !envelope.data.ok)
    throw faultOf(method, envelope.data, { token, retryAfterMs: retryAfterOf(answer) });
  const result = response.safeParse(json);
  if (result.success) return result.data;
  throw strangeAnswer('Slack', answer, { secrets: [token] });
}

/** Errors with a meaning of their own, and what to do about them. All others are about the message. */
const signInErrors: Record<string, string> = {
  invalid_auth: 'the token is not valid',
  not_authed: 'the token is missing',
  account_inactive: 'the app or its workspace was removed',
  token_revoked: 'the token was revoked',
  token_expired: 'the token has expired',
  no_permission: 'the token has no permission for it',
  missing_scope: 'the app lacks a scope; add it and reinstall the app',
  not_allowed_token_type: 'this is no token of a bot',
  org_login_required: 'the workspace is moving to an organisation',
  ekm_access_denied: 'administrators have suspended posting',
  team_access_not_granted: 'the app has no access to the workspace',
  access_denied: 'the app has no access',
};
const targetErrors: Record<string, string> = {
  channel_not_found: 'there is no such channel, or it is private and the app is not in it',
  not_in_channel: 'the app is not in the channel; write /invite @app there',
  is_archived: 'the channel is archived',
  restricted_action: 'the workspace lets only some members post there',
  restricted_action_read_only_channel: 'the channel is read-only',
  restricted_action_thread_only_channel: 'the channel allows threads only',
  user_not_found: 'there is no such member',
  users_not_found: 'there is no such member',
  user_disabled: 'the member was deactivated',
  cannot_dm_bot: 'bots get no messages',
  messages_tab_disabled: 'direct messages of the app are switched off; switch its messages tab on',
};
const busyErrors = ['ratelimited', 'rate_limited', 'message_limit_exceeded'];
const temporaryErrors = [
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'team_added_to_org',
  'accesslimited',
];

function faultOf(
  method: string,
  { error = 'unknown', needed, response_metadata }: z.infer<typeof responseSchema>,
  { token, retryAfterMs }: { token: string; retryAfterMs: number | undefined },
): SlackFault {
  const name = answerText(error, [token]);
  const say = (words: string) => `Slack refuses ${method}: ${words} (${name}).`;
  if (busyErrors.includes(error))
    return new SlackFault(name, 'CHANNEL_BUSY', say('too many messages'), { permanent: false, retryAfterMs });
  if (temporaryErrors.includes(error)) {
    const words = say('it has a fault of its own');
    return new SlackFault(name, 'CHANNEL_UNREACHABLE', words, { permanent: false, retryAfterMs });
  }
  const signIn = Object.hasOwn(signInErrors, error) ? signInErrors[error] : undefined;
  if (signIn !== undefined) {
    const scope = needed === undefined ? '' : `; it needs ${answerText(needed, [token])}`;
    return new SlackFault(name, 'CHANNEL_SIGN_IN_REFUSED', say(`${signIn}${scope}`), { permanent: true });
  }
  const target = Object.hasOwn(targetErrors, error) ? targetErrors[error] : undefined;
  if (target !== undefined)
    return new SlackFault(name, 'CHANNEL_TARGET_UNKNOWN', say(target), { permanent: true });
  const details = response_metadata?.messages?.join(' ') ?? '';
  const words = details === '' ? 'the message is not accepted' : answerText(details, [token]);
  return new SlackFault(name, 'MESSAGE_REFUSED', say(words), { permanent: true });
}
