-- Which notices are told to which channel. A subscription is a rule of a user for himself.
CREATE TABLE message_rule (
  id            integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- Null for a subscription.
  name          text,
  -- The form by which names are compared, see `nameKey`.
  name_key      text UNIQUE,
  channel_id    integer NOT NULL REFERENCES channel (id) ON DELETE CASCADE,
  -- E-mail addresses or member ids; empty: the default of the channel.
  recipients    text[] NOT NULL DEFAULT '{}',
  conditions    jsonb NOT NULL,
  occasions     text[] NOT NULL,
  quiet_hours   jsonb,
  digest        jsonb,
  -- When its next digest is due; each digest moves it on in the transaction that adds the notice, so that there is one for each time.
  digest_at     timestamptz,
  owner_user_id integer REFERENCES account (id) ON DELETE CASCADE,
  -- Only about submissions of its owner.
  own_only      boolean NOT NULL DEFAULT false,
  disabled_at   timestamptz,
  disabled_by   text,
  created_by    text NOT NULL,
  created_at    timestamptz NOT NULL DEFAULT now(),
  changed_by    text NOT NULL,
  changed_at    timestamptz NOT NULL DEFAULT now(),
  CHECK ((name IS NULL) = (name_key IS NULL)),
  CHECK ((name IS NULL) = (owner_user_id IS NOT NULL)),
  CHECK ((disabled_at IS NULL) = (disabled_by IS NULL)),
  CHECK ((digest IS NULL) = (digest_at IS NULL))
);
CREATE INDEX message_rule_channel ON message_rule (channel_id);
CREATE UNIQUE INDEX message_rule_owner ON message_rule (owner_user_id, channel_id) WHERE owner_user_id IS NOT NULL;

-- The templates that were changed; all others are the defaults.
CREATE TABLE message_template (
  channel_kind text NOT NULL,
  outcome      text NOT NULL,
  source       text NOT NULL,
  changed_by   text NOT NULL,
  changed_at   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (channel_kind, outcome)
);

ALTER TABLE submission
  -- When the notice about its first failure was added; null until then.
  ADD COLUMN first_failure_at timestamptz,
  -- What the last notice about its progress counted: results, and failures among them.
  ADD COLUMN progress         text;
