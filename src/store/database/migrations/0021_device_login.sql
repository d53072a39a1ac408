-- Commands that wait for a user to approve them in a browser (RFC 8628). The secret of the command is kept as SHA-256 alone.
CREATE TABLE device_login (
  hash       text PRIMARY KEY,
  -- The short code that the user compares, without its dash.
  user_code  text NOT NULL UNIQUE,
  -- The name that the command gave for its machine, and its address.
  device     text NOT NULL,
  address    text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  polled_at  timestamptz,
  -- Of the user who approved it; null while it waits.
  account_id integer REFERENCES account (id) ON DELETE CASCADE,
  role       text CHECK (role IN ('viewer', 'operator', 'admin')),
  denied     boolean NOT NULL DEFAULT false,
  CHECK ((account_id IS NULL) = (role IS NULL))
);
CREATE INDEX device_login_age ON device_login (expires_at);
