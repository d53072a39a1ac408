-- Whether MFTF reads the tests of all modules, as with --force, instead of those that are enabled in the shop.
ALTER TABLE environment ADD COLUMN all_modules boolean NOT NULL DEFAULT false;

-- The enabled modules of a shop as it listed them last, and its last refusal of the administrator.
CREATE TABLE shop_modules (
  environment_id integer PRIMARY KEY REFERENCES environment,
  -- The list is valid for this address only.
  base_url   text NOT NULL,
  -- A list of names in the order of the shop, in which MFTF merges their files.
  names      jsonb,
  asked_at   timestamptz,
  refusal    text,
  refused_at timestamptz
);
