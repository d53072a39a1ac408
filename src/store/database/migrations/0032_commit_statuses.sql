-- The commit that a submission is for, and its pull or merge request: {forge?, baseUrl, project, sha, pullRequest?}. Null for the commit of
-- the test module.
ALTER TABLE submission ADD COLUMN commit_link jsonb;
