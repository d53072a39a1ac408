import type { Context } from '../../../src/operations/core/context.ts';
import { insertRows, minutesAgo } from './insert.ts';
import { environmentCode, failureMessages, scheduleName, testName, userName } from './names.ts';

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

/** Names of channels and rules have at most 100 characters. */
const channelName = (index: number) =>
  index === 0 ? `Slack of ${scheduleName(0)}`.slice(0, 100) : `channel ${index}`;
const ruleName = (index: number) => (index === 0 ? scheduleName(0) : `rule ${index}`);

/** The longest names of a channel and of a rule. */
export const longMessageNames = { channel: channelName(0), rule: ruleName(0) };

const kinds = [
  'email',
  'slack-bot',
  'slack-webhook',
  'teams',
  'mattermost',
  'google-chat',
  'webhook',
  'github',
  'gitlab',
];
const refusal =
  `The mail server smtp.quality-assurance.northern-warehouse.example.org refused the recipient ${userName(0)}: ` +
  '550 5.7.1 Relaying denied, and a list of rules at https://mail.northern-warehouse.example.org/policy/relaying/for/applications';

/** Channels, rules, subscriptions, changed templates, and messages in every state, about one submission. */
export async function addMessages(
  { database }: Pick<Context, 'database'>,
  submission: number,
): Promise<void> {
  await insertRows(database, 'channel', numbers(9).map(channel));
  await insertRows(database, 'message_rule', [...numbers(12).map(rule), subscription, stoppedSubscription]);
  await insertRows(
    database,
    'message_template',
    kinds.map((kind) => ({
      channel_kind: kind,
      outcome: 'failed',
      source: `{{ headline }}\n${`{% if submission.schedule != "${scheduleName(0)}" %}${testName(0)}{% endif %}\n`.repeat(20)}`,
      ...{ changed_by: userName(0), changed_at: minutesAgo(700) },
    })),
  );
  await insertRows(database, 'notice', [
    {
      ...{
        id: 1,
        kind: 'submission-finished',
        submission_id: submission,
        at: minutesAgo(60),
        planned_at: minutesAgo(60),
      },
      not_sent: numbers(8).map((index) => ({
        ...{ rule: ruleName(index), channel: channelName(index % 9) },
        reason: `only submissions on ${environmentCode(0)}, ${environmentCode(8)} and ${environmentCode(16)}; this one is on others`,
      })),
    },
  ]);
  await insertRows(database, 'alert', numbers(20).map(alert));
  await insertRows(
    database,
    'message',
    numbers(80).map((index) => message(index, submission)),
  );
}

function channel(index: number) {
  return {
    ...{
      id: index + 1,
      name: channelName(index),
      name_key: channelName(index).toLowerCase(),
      kind: kinds[index],
    },
    settings: {},
    ...{ secret_names: [], personal: index < 2, problem: index % 3 === 0 ? refusal : null, revision: 1 },
    ...{ disabled_at: index === 5 ? minutesAgo(900) : null, disabled_by: index === 5 ? userName(0) : null },
    ...{
      created_by: userName(0),
      created_at: minutesAgo(9_000),
      changed_by: userName(5),
      changed_at: minutesAgo(800),
    },
  };
}

const zone = 'America/Argentina/ComodRivadavia';
const conditionsOf = (index: number) => ({
  environments: index % 2 === 0 ? numbers(12).map((each) => environmentCode(each * 8)) : [],
  schedules: index % 3 === 0 ? [scheduleName(0), scheduleName(1)] : [],
  saved: [],
  branches: index % 4 === 0 ? ['release/of-the-northern-warehouse-for-business-customers-*'] : [],
  ...{ requesters: [], alerts: [] },
});

function rule(index: number) {
  const hasDigest = index % 4 === 3;
  return {
    ...{
      id: index + 1,
      name: ruleName(index),
      name_key: ruleName(index).toLowerCase(),
      channel_id: (index % 7) + 1,
    },
    recipients: index % 7 === 0 ? numbers(5).map((each) => userName(each * 5)) : [],
    conditions: conditionsOf(index),
    occasions: hasDigest ? ['failed', 'digest'] : ['failed', 'broken', 'recovery', 'first-failure', 'alert'],
    quiet_hours: index % 2 === 0 ? { from: '22:00', until: '07:00', zone } : null,
    digest: hasDigest ? { period: 'weekly', at: '08:00', zone, weekday: 3 } : null,
    digest_at: hasDigest ? minutesAgo(-6_000) : null,
    ...{ owner_user_id: null, own_only: false },
    ...{ disabled_at: index === 2 ? minutesAgo(900) : null, disabled_by: index === 2 ? userName(0) : null },
    ...{
      created_by: userName(0),
      created_at: minutesAgo(9_000),
      changed_by: userName(5),
      changed_at: minutesAgo(800),
    },
  };
}

/** Of the admin. */
const subscription = {
  ...rule(1),
  ...{
    id: 13,
    name: null,
    name_key: null,
    channel_id: 1,
    recipients: [userName(0)],
    owner_user_id: 1,
    own_only: true,
  },
};

/** To the channel that is off. */
const stoppedSubscription = { ...subscription, id: 14, channel_id: 6, recipients: [] };

function alert(index: number) {
  const hasEnded = index >= 6;
  return {
    ...{ id: index + 1, kind: index % 2 === 0 ? 'environment-broken' : 'disk-full' },
    subject:
      index % 2 === 0
        ? environmentCode(index * 8)
        : `harbour-worker-0${index}.northern-warehouse.example.org /var/lib/matre`,
    message: `${environmentCode(0)} was broken ${index + 3} times in a row: ${refusal}`,
    action: `Open the newest run of ${environmentCode(0)}: its reason says what is missing. Pause it while it is repaired.`,
    page: index % 2 === 0 ? `/environments/${environmentCode(index * 8)}` : '/doctor',
    ...{ started_at: minutesAgo(4_000 - index), last_seen_at: minutesAgo(1), watched_at: minutesAgo(1) },
    ...{ ended_at: hasEnded ? minutesAgo(300) : null, end_reason: hasEnded ? 'It passed again.' : null },
    ...{ source: `long-data-${index}`, members: [], details: null },
  };
}

const states = ['sent', 'waiting', 'given-up', 'dropped'];

function message(index: number, submission: number) {
  const state = states[index % states.length];
  const purpose = index % 10 === 9 ? 'test' : index % 5 === 1 ? 'reply' : 'post';
  const hasFailed = state !== 'sent';
  return {
    ...{ id: index + 1, key: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}` },
    ...{ notice_id: null, channel_id: (index % 9) + 1, channel_name: channelName(index % 9) },
    ...(purpose === 'test'
      ? { rule_id: null, rule_name: null, reason: null }
      : { rule_id: 1, rule_name: ruleName(index % 12), reason: `${scheduleName(0)} failed` }),
    ...{ recipient: index % 3 === 0 ? userName(0) : null, purpose, outcome: 'failed', thread: null },
    ...{ submission_id: purpose === 'test' ? null : submission, run_id: null, alert_id: null },
    content: {
      headline: `${scheduleName(0)} on ${environmentCode(0)}: 3 new failures, ${testName(0)} among them (run 471, 1 h 12 min)`,
      ...{ body: '', text: '' },
    },
    ...{
      state,
      attempts: hasFailed ? 14 : 1,
      due_at: minutesAgo(hasFailed ? -7 : 60),
      give_up_at: minutesAgo(-900),
    },
    ...{ claimed_by: null, claimed_until: null, remote: null, error_permanent: false },
    error_code: hasFailed ? 'MESSAGE_REFUSED' : null,
    error_message: hasFailed ? (index % 2 === 0 ? refusal : failureMessages[3]) : null,
    ...{ created_at: minutesAgo(60 - index / 2), attempted_at: minutesAgo(50 - index / 2) },
    ended_at: state === 'waiting' ? null : minutesAgo(40 - index / 2),
  };
}
