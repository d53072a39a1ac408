-- The form of a name by which users are found and names are unique (`userNameKey`), because `lower` depends on the locale of the
-- database. matre fills it in when it starts (`fillNameKeys`); null until then.
ALTER TABLE account ADD COLUMN name_key text;
DROP INDEX account_name;
CREATE UNIQUE INDEX account_name_key ON account (name_key);
