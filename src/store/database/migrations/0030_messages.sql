-- The outbox: what happened and may be told, and the messages about it.

-- Written in the transaction of what it tells. Without foreign keys, whose checks would make that transaction longer.
CREATE TABLE notice (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind          text NOT NULL,
  submission_id bigint,
  run_id        bigint,
  alert_id      bigint,
  details       jsonb,
  at            timestamptz NOT NULL DEFAULT now(),
  -- When it was decided which messages tell it; null until then.
  planned_at    timestamptz,
  -- Which rules send no message, and why: [{rule, channel, reason}].
  not_sent      jsonb
);
CREATE INDEX notice_unplanned ON notice (id) WHERE planned_at IS NULL;
CREATE INDEX notice_submission ON notice (submission_id, id DESC) WHERE kind = 'submission-finished';

-- What is sent to a channel about a notice.
CREATE TABLE message (
  id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- The same in all attempts, so that receivers can drop repeats.
  key             uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
  -- Null for a test message.
  notice_id       bigint,
  channel_id      integer NOT NULL,
  -- Names as of the time at which it was planned: they stay when the channel or the rule is removed.
  channel_name    text NOT NULL,
  rule_id         integer,
  rule_name       text,
  -- Why the rule sends it.
  reason          text,
  -- An address or a member of the channel; null: the default of the channel.
  recipient       text,
  purpose         text NOT NULL CHECK (purpose IN ('post', 'edit', 'reply', 'status', 'comment', 'test')),
  -- Chooses the template.
  outcome         text,
  -- Messages of one thread, channel and recipient are sent in the order of their ids.
  thread          text,
  submission_id   bigint,
  run_id          bigint,
  alert_id        bigint,
  -- Rendered before the first attempt, and the same in all later ones.
  content         jsonb,
  state           text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'given-up', 'dropped')),
  attempts        integer NOT NULL DEFAULT 0,
  due_at          timestamptz NOT NULL DEFAULT now(),
  give_up_at      timestamptz NOT NULL DEFAULT now() + interval '1 day',
  -- The attempt that is under way, and until when no other process may begin one.
  claimed_by      uuid,
  claimed_until   timestamptz,
  -- What the channel answered: the id of a comment, the time stamp of a post.
  remote          jsonb,
  -- Of the last attempt, or why it was dropped.
  error_code      text,
  error_message   text,
  -- The channel refuses it until something is changed.
  error_permanent boolean NOT NULL DEFAULT false,
  created_at      timestamptz NOT NULL DEFAULT now(),
  attempted_at    timestamptz,
  -- When it was sent, given up or dropped.
  ended_at        timestamptz,
  CHECK ((state = 'waiting') = (ended_at IS NULL))
);
CREATE UNIQUE INDEX message_of_notice ON message (notice_id, channel_id, coalesce(recipient, ''), purpose) WHERE notice_id IS NOT NULL;
CREATE INDEX message_waiting ON message (channel_id, due_at, id) WHERE state = 'waiting';
CREATE INDEX message_thread ON message (channel_id, thread, id DESC) WHERE thread IS NOT NULL;
CREATE INDEX message_submission ON message (submission_id, id DESC) WHERE submission_id IS NOT NULL;
CREATE INDEX message_alert ON message (alert_id, id DESC) WHERE alert_id IS NOT NULL;
CREATE INDEX message_ended ON message (channel_id, ended_at DESC) WHERE state = 'sent';
