import type { PhpRecords, PhpUser } from '../records.ts';
import type { PhpSettings } from './env-file.ts';
import { type Fields, type Item, listField, type Mapped } from './item.ts';
import { mapTemplates } from './templates.ts';

const slackChannel = 'slack';
const mailChannel = 'email';

/** The webhook and the mail server become channels, the notification settings of users rules and subscriptions, and templates templates. */
export function mapMessages(
  records: Pick<PhpRecords, 'users' | 'templates' | 'siteName'>,
  deps: { settings: PhpSettings; codes: ReadonlyMap<number, string>; userNames: ReadonlyMap<number, string> },
): Mapped {
  const mapped: Mapped = { items: [], leftovers: [] };
  const subscribers = records.users.filter(({ active, notifications }) => active && notifications.enabled);
  const slack = addSlack(mapped, deps.settings);
  if (slack) addSlackRules(mapped, subscribers, deps.codes);
  else
    leaveUsers(
      mapped,
      'Slack',
      subscribers.filter(({ notifications }) => notifications.slack),
    );
  const mail = addMail(mapped, deps.settings);
  const byMail = subscribers.filter(({ notifications }) => notifications.email);
  if (mail) for (const user of byMail) addSubscription(mapped, user, deps);
  else leaveUsers(mapped, 'e-mail', byMail);
  const templates = mapTemplates(records.templates, records.siteName ?? 'matre');
  mapped.items.push(...templates.items);
  mapped.leftovers.push(...templates.leftovers);
  return mapped;
}

function leaveUsers(mapped: Mapped, what: string, users: readonly PhpUser[]): void {
  if (users.length === 0) return;
  const name = users.map((user) => user.name).join(', ');
  const reason = `there is no channel for it: its address is in the .env of php-matre (--env)`;
  mapped.leftovers.push({ kind: `messages by ${what}`, name, reason });
}

const channel = (here: string, there: string, fields: Fields, notes: string[] = []): Item => ({
  ...{ kind: 'channel', sourceId: here, there, here, fields, notes },
});

function addSlack(mapped: Mapped, settings: PhpSettings): boolean {
  const url = settings.get('SLACK_WEBHOOK_URL')?.trim() ?? '';
  if (!URL.canParse(url)) return false;
  const fields = { kind: 'slack-webhook', settings: '{}', secrets: JSON.stringify({ url }) };
  mapped.items.push(channel(slackChannel, 'SLACK_WEBHOOK_URL', fields));
  return true;
}

/** One message there, when any user wants it; so a rule of the whole installation here. */
function addSlackRules(mapped: Mapped, users: readonly PhpUser[], codes: ReadonlyMap<number, string>): void {
  const byTrigger = (isAll: boolean) =>
    new Set(
      users
        .filter(({ notifications }) => notifications.slack && (notifications.trigger === 'all') === isAll)
        .flatMap(({ notifications }) => notifications.environmentIds.flatMap((id) => codes.get(id) ?? [])),
    );
  const all = byTrigger(true);
  const failures = new Set([...byTrigger(false)].filter((code) => !all.has(code)));
  const rule = (here: string, environments: ReadonlySet<string>, occasions: string[]) => {
    if (environments.size === 0) return;
    const fields = {
      channel: slackChannel,
      environments: listField([...environments]),
      occasions: listField(occasions),
    };
    const there = 'notification settings of users (Slack)';
    mapped.items.push({ kind: 'rule', sourceId: here, there, here, fields, notes: [] });
  };
  rule('slack all', all, ['always']);
  rule('slack failures', failures, failureOccasions);
}

/** php-matre counts a run that could not be executed as failed. */
const failureOccasions = ['failed', 'broken'];

function addMail(mapped: Mapped, settings: PhpSettings): boolean {
  const dsn = settings.get('MAILER_DSN')?.trim() ?? '';
  const from = settings.get('MAIL_FROM')?.trim() ?? '';
  if (dsn === '' || dsn.startsWith('null:')) return false;
  const url = URL.canParse(dsn) ? new URL(dsn) : undefined;
  const leave = (reason: string) => {
    mapped.leftovers.push({ kind: 'setting', name: 'MAILER_DSN', reason });
    return false;
  };
  if (!url || !['smtp:', 'smtps:'].includes(url.protocol)) {
    return leave('matre sends mail by SMTP: add the channel with `matre channel add`');
  }
  if (from === '') return leave('MAIL_FROM, the address of the sender, is missing');
  const port = url.port === '' ? (url.protocol === 'smtps:' ? 465 : 25) : Number(url.port);
  const security =
    url.protocol === 'smtps:' || port === 465 ? 'tls' : url.username === '' ? 'none' : 'starttls';
  const address = /<([^<>]+)>\s*$/.exec(from)?.[1] ?? from;
  const channelSettings = {
    ...{ host: url.hostname.replace(/^\[|\]$/g, ''), port, security, from: address, senderName: 'matre' },
    ...(url.username !== '' && { username: decodeURIComponent(url.username) }),
  };
  const secrets = url.password === '' ? {} : { password: decodeURIComponent(url.password) };
  const fields = {
    kind: 'email',
    settings: JSON.stringify(sorted(channelSettings)),
    secrets: JSON.stringify(secrets),
    personal: 'true',
  };
  const notes = security === 'none' ? ['without a password it is used without encryption'] : [];
  mapped.items.push(channel(mailChannel, 'MAILER_DSN', fields, notes));
  return true;
}

/** With its keys in order, so that equal objects are equal texts. */
export function sorted(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).sort(([one], [other]) => (one < other ? -1 : 1)));
}

function addSubscription(
  mapped: Mapped,
  { id, name, email, notifications }: PhpUser,
  { codes, userNames }: { codes: ReadonlyMap<number, string>; userNames: ReadonlyMap<number, string> },
): void {
  const user = userNames.get(id);
  const environments = notifications.environmentIds.flatMap((each) => codes.get(each) ?? []);
  const there = `notification settings of ${name} (e-mail)`;
  // Without an environment there are no messages there; here none means all.
  if (user === undefined || environments.length === 0) {
    const reason = user === undefined ? 'the user is not imported' : 'the user has chosen no environment';
    mapped.leftovers.push({ kind: 'notification settings', name, reason });
    return;
  }
  const fields = {
    recipient: email,
    environments: listField(environments),
    occasions: listField(notifications.trigger === 'all' ? ['always'] : failureOccasions),
  };
  const here = `${user}@${mailChannel}`;
  mapped.items.push({ kind: 'subscription', sourceId: String(id), there, here, fields, notes: [] });
}
