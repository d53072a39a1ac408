-- The tests that the Playwright project listed in the last run on an environment, for previews and lists: only a container can list them.
CREATE TABLE playwright_list (
  environment_id integer PRIMARY KEY REFERENCES environment (id) ON DELETE CASCADE,
  -- Of the test module that has the project.
  commit_id      text NOT NULL,
  listed_at      timestamptz NOT NULL DEFAULT now(),
  -- See PlaywrightTest in src/model/playwright.ts.
  tests          jsonb NOT NULL
);
