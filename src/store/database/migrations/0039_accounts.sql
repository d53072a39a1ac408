-- A user who is deactivated keeps everything, and cannot sign in. Processes from before this migration refuse them as well: the password
-- is replaced by a random one and kept beside, and a mark before the hashes of tokens and before the subject at an OpenID provider
-- lets none of them match.
ALTER TABLE account ADD COLUMN deactivated_at timestamptz, ADD COLUMN kept_password text;

-- The values of changed fields before and after: {"role": {"before": "viewer", "after": "admin"}}. Null where none are shown.
ALTER TABLE audit ADD COLUMN changes jsonb;
