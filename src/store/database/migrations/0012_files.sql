-- Files of runs, where several hosts share no folder: pieces as they came from the hosts, one behind the other.
CREATE TABLE file_piece (
  run_id bigint NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  path   text NOT NULL,
  -- Where it begins in the file.
  at     bigint NOT NULL,
  size   integer NOT NULL,
  bytes  bytea NOT NULL,
  -- The folder of the run on the host that sent it, and where it began in the file there: nothing comes twice.
  sender text NOT NULL,
  start  bigint NOT NULL,
  PRIMARY KEY (run_id, path, at, size)
);
CREATE INDEX file_piece_sender ON file_piece (run_id, sender);
