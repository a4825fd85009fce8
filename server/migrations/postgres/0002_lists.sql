-- What lists are filtered by.

-- The comment in NFKC and lower case, for searching.
ALTER TABLE feedback ADD COLUMN folded TEXT;
-- What the team wrote when it marked the vote.
ALTER TABLE feedback ADD COLUMN annotation_comment TEXT;
CREATE INDEX feedback_newest_by_run ON feedback (tenant, agent, run, created_at DESC, id DESC)
    WHERE outcome IS NOT NULL;
-- Erasure reaches tombstones too.
CREATE INDEX feedback_newest_by_user ON feedback (tenant, user_id, created_at DESC, id DESC);

CREATE TABLE reasons (
    feedback_id TEXT COLLATE "C" NOT NULL REFERENCES feedback (id) ON DELETE CASCADE,
    reason TEXT NOT NULL,
    PRIMARY KEY (feedback_id, reason)
);
