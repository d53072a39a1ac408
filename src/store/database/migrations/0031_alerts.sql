-- States that an operator must act on. A row begins and ends once, each in one transaction with the notice that tells of it.
CREATE TABLE alert (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind         text NOT NULL,
  subject      text NOT NULL,
  message      text NOT NULL,
  -- What to do.
  action       text NOT NULL,
  -- The path of the page that shows more.
  page         text NOT NULL,
  -- When it was seen first, which is before it began to count.
  started_at   timestamptz NOT NULL,
  last_seen_at timestamptz NOT NULL,
  -- When a process last looked, whether or not it could find out.
  watched_at   timestamptz NOT NULL,
  ended_at     timestamptz,
  -- Why it ended.
  end_reason   text,
  -- What judges it, and by key the conditions that it consists of, with how often each was absent in a row.
  source       text NOT NULL,
  members      jsonb NOT NULL,
  details      jsonb
);
CREATE UNIQUE INDEX alert_open ON alert (kind, subject) WHERE ended_at IS NULL;
CREATE INDEX alert_ended ON alert (ended_at) WHERE ended_at IS NOT NULL;

-- What is watched by one process at a time: the installation, the disks of a host, and so on.
CREATE TABLE alert_watch (
  scope      text PRIMARY KEY,
  -- Grows with each claim; a process with an older one changes nothing.
  claim      bigint NOT NULL DEFAULT 0,
  due_at     timestamptz NOT NULL,
  -- When it was watched last.
  watched_at timestamptz,
  -- By source and key: conditions that were present too few times to begin an alert.
  pending    jsonb NOT NULL DEFAULT '{}'
);

-- The end of the certificate of each shop, as it was asked last.
CREATE TABLE shop_certificate (
  environment_id integer PRIMARY KEY REFERENCES environment (id) ON DELETE CASCADE,
  base_url       text NOT NULL,
  ends_at        timestamptz NOT NULL,
  checked_at     timestamptz NOT NULL DEFAULT now()
);
