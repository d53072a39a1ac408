-- What keeps a worker from starting a run, for people: no free session of the browser, a store that is away.
ALTER TABLE worker ADD COLUMN reason_code text, ADD COLUMN reason_message text;
