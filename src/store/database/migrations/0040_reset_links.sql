-- Links with which a user sets a new password, made by an admin. The secret is a long random text, so its SHA-256 is enough.
CREATE TABLE reset_link (
  hash       text PRIMARY KEY,
  -- One for each user: a new link replaces the one before it.
  account_id integer NOT NULL UNIQUE REFERENCES account (id) ON DELETE CASCADE,
  expires_at timestamptz NOT NULL
);
