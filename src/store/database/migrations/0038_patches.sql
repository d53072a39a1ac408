-- The patches of the framework that the latest attempt of a run applied; NULL: it has none, or an older process executed it.
ALTER TABLE run ADD COLUMN patches jsonb;
