-- How many containers an environment has: a run of it splits its tests over them.
ALTER TABLE environment ADD COLUMN slots integer NOT NULL DEFAULT 1 CHECK (slots BETWEEN 1 AND 16);
