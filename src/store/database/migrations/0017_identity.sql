-- Numbers are used again after a restore, so files carry a random id of the run or the claim that they belong to. Null: from before
-- this migration, when files had only the number. Two statements each, because a default in the first would rewrite the table.
ALTER TABLE run ADD COLUMN identity uuid;
ALTER TABLE run ALTER COLUMN identity SET DEFAULT gen_random_uuid();
ALTER TABLE attempt ADD COLUMN identity uuid;
ALTER TABLE attempt ALTER COLUMN identity SET DEFAULT gen_random_uuid();
