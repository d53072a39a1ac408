-- A piece of a file of a run whose bytes are in an object store (S3), under this key; null: they are in this row.
ALTER TABLE file_piece ADD COLUMN object text;
ALTER TABLE file_piece ALTER COLUMN bytes DROP NOT NULL;
ALTER TABLE file_piece ADD CHECK ((bytes IS NULL) = (object IS NOT NULL)) NOT VALID;
