-- Comparisons of Cests that matre wrote with those of the MFTF of an image, on a sample of tests. One for each image, commit of the test
-- modules and list of enabled modules.
CREATE TABLE cest_check (
  -- A hash of all that the sample depends on.
  key          text PRIMARY KEY,
  image_id     text NOT NULL,
  image        text NOT NULL,
  mftf_version text NOT NULL,
  -- The commit of the first test module.
  commit_id    text NOT NULL,
  -- `impossible`: MFTF generated none of the sample.
  outcome      text NOT NULL CHECK (outcome IN ('same', 'different', 'impossible')),
  -- How many tests were compared.
  tests        integer NOT NULL,
  -- The first difference; null unless `different`.
  difference   jsonb,
  -- Why it was impossible; null unless it was.
  reason       text,
  checked_at   timestamptz NOT NULL DEFAULT now(),
  CHECK ((outcome = 'different') = (difference IS NOT NULL))
);
CREATE INDEX cest_check_image ON cest_check (image_id, checked_at);
