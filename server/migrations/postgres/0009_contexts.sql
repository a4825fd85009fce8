-- What was rated, as a backend stored it with the run.
CREATE TABLE contexts (
    tenant TEXT NOT NULL REFERENCES tenants (id),
    agent TEXT NOT NULL,
    run TEXT NOT NULL,
    -- Whose run it was, so that it is erased with them; '' if that was not said.
    user_id TEXT NOT NULL,
    -- 'json' or 'text'.
    kind TEXT NOT NULL,
    -- zstd.
    body BYTEA NOT NULL,
    -- Bytes of the body.
    size BIGINT NOT NULL,
    stored_at BIGINT NOT NULL,
    -- When it goes unless there is a vote on the run by then.
    due_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, agent, run)
);
CREATE INDEX contexts_due ON contexts (due_at);
CREATE INDEX contexts_oldest ON contexts (tenant, stored_at);
CREATE INDEX contexts_by_user ON contexts (tenant, user_id) WHERE user_id <> '';

-- Bytes that a tenant's contexts take. Rows of several shards add up: machines do not wait for each
-- other's row.
CREATE TABLE context_usage (
    tenant TEXT NOT NULL REFERENCES tenants (id),
    shard BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    PRIMARY KEY (tenant, shard)
);
