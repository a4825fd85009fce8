-- Addresses that are told what happens to votes.
CREATE TABLE webhooks (
    id TEXT PRIMARY KEY NOT NULL,
    tenant TEXT NOT NULL REFERENCES tenants (id),
    url TEXT NOT NULL,
    -- `standard` or `slack`.
    form TEXT NOT NULL,
    -- Separated by spaces.
    events TEXT NOT NULL,
    -- What signs.
    secret TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- What they are still to be told. Bodies are made when they are sent: nothing a person wrote is in
-- here. A webhook that goes takes its rows along by hand, as a reference would let its going fail
-- the votes that are stored meanwhile.
CREATE TABLE webhook_queue (
    id TEXT PRIMARY KEY NOT NULL,
    webhook_id TEXT NOT NULL,
    -- Null where it is about no vote.
    feedback_id TEXT REFERENCES feedback (id) ON DELETE CASCADE,
    -- Its place among those of the same webhook and vote, which are sent one after the other.
    place BIGINT NOT NULL,
    event TEXT NOT NULL,
    -- What the body says of no vote, as JSON.
    detail TEXT,
    at BIGINT NOT NULL,
    tries BIGINT NOT NULL DEFAULT 0,
    -- Whoever sends it moves this on first, so that nobody else does.
    due_at BIGINT NOT NULL,
    -- When it was given up.
    dead_at BIGINT
);
CREATE INDEX webhook_queue_due ON webhook_queue (webhook_id, due_at) WHERE dead_at IS NULL;
CREATE INDEX webhook_queue_by_vote ON webhook_queue (feedback_id, webhook_id, place);
CREATE INDEX webhook_queue_dead ON webhook_queue (webhook_id, id) WHERE dead_at IS NOT NULL;

-- What became of what was sent. Of an answer there is the status alone.
CREATE TABLE webhook_deliveries (
    id TEXT PRIMARY KEY NOT NULL,
    webhook_id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    event TEXT NOT NULL,
    at BIGINT NOT NULL,
    milliseconds BIGINT NOT NULL,
    -- Null where there was no answer; then there is a failure.
    status BIGINT,
    failure TEXT
);
CREATE INDEX webhook_deliveries_newest ON webhook_deliveries (webhook_id, id);

-- Of which agents it was told last that their share dropped, and when.
CREATE TABLE share_drops (
    tenant TEXT NOT NULL,
    agent TEXT NOT NULL,
    told_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, agent)
);
