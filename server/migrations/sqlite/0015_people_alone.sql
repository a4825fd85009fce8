-- Votes of nobody are not looked for by person. They need no place in it.
DROP INDEX feedback_newest_by_user;
CREATE INDEX feedback_newest_by_user ON feedback (tenant, user_id, created_at DESC, id DESC)
    WHERE user_id <> '';
