-- Which entries a token bound to nobody made by naming a user: a run takes so many of them.
ALTER TABLE feedback ADD COLUMN unbound BIGINT NOT NULL DEFAULT 0;
CREATE INDEX feedback_unbound ON feedback (tenant, agent, run) WHERE unbound = 1;
