-- What is recorded of the browsers of its tests; null: as the setting MATRE_REPLAY says.
ALTER TABLE environment ADD COLUMN replay text CHECK (replay IN ('off', 'failed', 'all'));
