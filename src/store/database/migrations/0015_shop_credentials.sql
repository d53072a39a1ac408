-- The user and password in the base URL of a shop behind basic authentication, as `user:password`, encrypted.
ALTER TABLE environment ADD COLUMN shop_credentials text;
