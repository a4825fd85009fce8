-- Who of the team looks after a vote.
ALTER TABLE feedback ADD COLUMN assignee TEXT;
CREATE INDEX feedback_newest_by_assignee ON feedback (tenant, assignee, created_at DESC, id DESC)
    WHERE assignee IS NOT NULL;
-- To whom it went, by the name of then.
ALTER TABLE history ADD COLUMN assignee TEXT;

-- What was done to several votes at once, and what was there before, so that it can be undone.
CREATE TABLE triages (
    id TEXT PRIMARY KEY NOT NULL,
    tenant TEXT NOT NULL REFERENCES tenants (id),
    actor TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE TABLE triaged (
    triage_id TEXT NOT NULL REFERENCES triages (id) ON DELETE CASCADE,
    feedback_id TEXT NOT NULL REFERENCES feedback (id) ON DELETE CASCADE,
    annotation TEXT,
    annotation_comment TEXT,
    assignee TEXT,
    -- What was set, to tell whether somebody has changed it since.
    annotation_after TEXT,
    assignee_after TEXT,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (triage_id, feedback_id)
) WITHOUT ROWID;
CREATE INDEX triaged_by_feedback ON triaged (feedback_id);
