-- Who may do what. Secrets that are long random texts (of sessions, tokens, links) are kept as SHA-256 alone.

CREATE TABLE account (
  id           integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name         text NOT NULL,
  role         text NOT NULL CHECK (role IN ('viewer', 'operator', 'admin')),
  -- argon2id in its usual text form; null for whoever signs in with OpenID Connect.
  password     text,
  -- Who it is there: a subject means something only together with its issuer.
  oidc_issuer  text,
  oidc_subject text,
  created_at   timestamptz NOT NULL DEFAULT now(),
  signed_in_at timestamptz,
  CHECK ((oidc_issuer IS NULL) = (oidc_subject IS NULL)),
  CHECK ((password IS NULL) = (oidc_subject IS NOT NULL))
);
CREATE UNIQUE INDEX account_name ON account (lower(name));
CREATE UNIQUE INDEX account_subject ON account (oidc_issuer, oidc_subject);

CREATE TABLE session (
  hash       text PRIMARY KEY,
  account_id integer NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  created_at timestamptz NOT NULL DEFAULT now(),
  -- When it was used last, to the minute.
  seen_at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX session_account ON session (account_id);

CREATE TABLE token (
  id         integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name       text NOT NULL,
  hash       text NOT NULL UNIQUE,
  role       text NOT NULL CHECK (role IN ('viewer', 'operator', 'admin')),
  -- Whose it is: it ends with the user. Null when it was made where nobody signs in.
  account_id integer REFERENCES account (id) ON DELETE CASCADE,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  -- Null: it does not expire.
  expires_at timestamptz,
  -- To the minute.
  used_at    timestamptz
);
CREATE INDEX token_account ON token (account_id);

-- Links with which the first admin is made.
CREATE TABLE welcome (
  hash       text PRIMARY KEY,
  expires_at timestamptz NOT NULL
);

-- How often somebody tried to sign in, by name and by address: all servers count together.
CREATE TABLE sign_in_attempt (
  key   text PRIMARY KEY,
  count integer NOT NULL,
  since timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX sign_in_attempt_age ON sign_in_attempt (since);

-- Every change: who, when, what, on what, from where. Names as they were then, because users come and go.
CREATE TABLE audit (
  id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at        timestamptz NOT NULL DEFAULT now(),
  who       text NOT NULL,
  via       text NOT NULL,
  address   text,
  operation text NOT NULL,
  subject   text NOT NULL,
  -- `done`, or the code of the fault that it ended with; null while it is under way, or when nobody could write it down.
  outcome   text
);
