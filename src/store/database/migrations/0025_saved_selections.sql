-- Selections under a name, for users, pipelines and schedules.
CREATE TABLE saved_selection (
  id           integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name         text NOT NULL,
  -- The form by which names are compared, see `nameKey`.
  name_key     text NOT NULL UNIQUE,
  description  text NOT NULL,
  selection    jsonb NOT NULL,
  priority     integer NOT NULL,
  -- As of a run; null requests nothing.
  options      jsonb,
  -- Since when nothing can be submitted with it; null while it can.
  disabled_at  timestamptz,
  disabled_by  text,
  -- The name of the project whose matre.yml has it; null when it was made by hand.
  applied_from text,
  created_by   text NOT NULL,
  created_at   timestamptz NOT NULL DEFAULT now(),
  changed_by   text NOT NULL,
  changed_at   timestamptz NOT NULL DEFAULT now(),
  CHECK ((disabled_at IS NULL) = (disabled_by IS NULL))
);

CREATE TABLE saved_selection_environment (
  saved_selection_id integer NOT NULL REFERENCES saved_selection (id) ON DELETE CASCADE,
  -- Stays when the environment is removed, so that this can be reported.
  environment_id     integer NOT NULL REFERENCES environment (id),
  PRIMARY KEY (saved_selection_id, environment_id)
);
CREATE INDEX saved_selection_environment_environment ON saved_selection_environment (environment_id);

-- A schedule of a saved selection has a copy of what it submits, which changes with the saved selection in one transaction.
ALTER TABLE schedule
  ADD COLUMN saved_selection_id integer REFERENCES saved_selection (id),
  -- Its environments are a copy, too.
  ADD COLUMN saved_environments boolean NOT NULL DEFAULT false,
  ADD COLUMN applied_from text;
CREATE INDEX schedule_saved_selection ON schedule (saved_selection_id) WHERE saved_selection_id IS NOT NULL;

ALTER TABLE environment ADD COLUMN applied_from text;

ALTER TABLE submission ADD COLUMN saved_selection_id integer REFERENCES saved_selection (id) ON DELETE SET NULL;
CREATE INDEX submission_saved_selection ON submission (saved_selection_id, id DESC) WHERE saved_selection_id IS NOT NULL;
