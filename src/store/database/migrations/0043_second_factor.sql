-- A second factor of users who sign in with a password: codes of an authenticator app (RFC 6238), and recovery codes.
CREATE TABLE second_factor (
  account_id integer PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
  -- Encrypted.
  secret     text NOT NULL,
  begun_at   timestamptz NOT NULL DEFAULT now(),
  -- Null until a code of it was accepted; before that it is not asked for.
  enabled_at timestamptz,
  -- The last time step of which a code was accepted; codes of this and earlier steps are refused.
  used_step  bigint NOT NULL DEFAULT 0
);

-- Each works once. They are random texts of 80 bits, so their SHA-256 is enough.
CREATE TABLE recovery_code (
  hash       text PRIMARY KEY,
  account_id integer NOT NULL REFERENCES account (id) ON DELETE CASCADE
);
CREATE INDEX recovery_code_account ON recovery_code (account_id);

-- Whether the user proved a second factor when the session began. Processes from before this migration do not ask for it, and leave the
-- default: their session is not stored, and they report that the user is deactivated.
ALTER TABLE session ADD COLUMN second_factor boolean NOT NULL DEFAULT false;
-- OR REPLACE: a restore by an earlier version drops all tables, and leaves the functions.
CREATE OR REPLACE FUNCTION refuse_session_without_second_factor() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM second_factor WHERE account_id = NEW.account_id AND enabled_at IS NOT NULL) THEN
    RETURN NULL;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER session_without_second_factor BEFORE INSERT ON session
  FOR EACH ROW WHEN (NOT NEW.second_factor)
  EXECUTE FUNCTION refuse_session_without_second_factor();
