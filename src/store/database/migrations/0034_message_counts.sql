-- Metrics count the messages that were given up lately.
CREATE INDEX message_given_up ON message (channel_id, ended_at) WHERE state = 'given-up';
