-- Where messages go.
CREATE TABLE channel (
  id            integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name          text NOT NULL,
  -- The form by which names are compared, see `nameKey`.
  name_key      text NOT NULL UNIQUE,
  kind          text NOT NULL,
  settings      jsonb NOT NULL,
  -- An object of texts as JSON, encrypted for this row; null without any.
  secrets       text,
  -- The fields of it, so that they can be listed without the key.
  secret_names  text[] NOT NULL DEFAULT '{}',
  -- Users may subscribe to it for themselves.
  personal      boolean NOT NULL DEFAULT false,
  -- Since when nothing is sent through it; null while it is switched on.
  disabled_at   timestamptz,
  disabled_by   text,
  -- The receiver asked for no message before this time.
  blocked_until timestamptz,
  -- Why the receiver refuses messages for good, in words; null when it does not.
  problem       text,
  -- Increases with each change of a user.
  revision      integer NOT NULL DEFAULT 1,
  created_by    text NOT NULL,
  created_at    timestamptz NOT NULL DEFAULT now(),
  changed_by    text NOT NULL,
  changed_at    timestamptz NOT NULL DEFAULT now(),
  CHECK ((disabled_at IS NULL) = (disabled_by IS NULL))
);
