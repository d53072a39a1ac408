-- What was answered to a request that made something, by the key that the caller gave it: a repeat gets the same answer and
-- makes nothing. Kept for a day.
CREATE TABLE creation (
  key         text PRIMARY KEY,
  -- SHA-256 of what was asked for.
  fingerprint text NOT NULL,
  -- JSON, to the letter.
  answer      text NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX creation_age ON creation (created_at);
