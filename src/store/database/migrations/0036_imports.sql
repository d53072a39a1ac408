-- What was imported from another system, so that a second import recognises it.
CREATE TABLE import_source (
  -- The name of the installation that it comes from, such as php-matre.
  source      text NOT NULL,
  -- What it is, such as environment or run, and its id there.
  kind        text NOT NULL,
  source_id   text NOT NULL,
  -- What it became: a code or a name, or the id of a run.
  target      text NOT NULL,
  -- The fields that the last import wrote, as JSON, encrypted for this row; null for runs, which do not change.
  state       text,
  imported_by text NOT NULL,
  imported_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (source, kind, source_id)
);

-- The source of a submission that was imported with its runs; null for others. No message announces it.
ALTER TABLE submission ADD COLUMN imported_from text;
