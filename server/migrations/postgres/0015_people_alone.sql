-- Votes of nobody are not looked for by person. Of a table that it knows nothing of yet, PostgreSQL
-- would look through all of them for an entry of one run.
DROP INDEX feedback_newest_by_user;
CREATE INDEX feedback_newest_by_user ON feedback (tenant, user_id, created_at DESC, id DESC)
    WHERE user_id <> '';
