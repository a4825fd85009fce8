-- Ids are compared byte by byte, as SQLite does.
-- Times are microseconds since 1970 UTC. Hashes are SHA-256.

CREATE TABLE tenants (
    id TEXT PRIMARY KEY NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE signing_keys (
    kid TEXT PRIMARY KEY NOT NULL,
    tenant TEXT NOT NULL REFERENCES tenants (id),
    algorithm TEXT NOT NULL,
    -- What signs; null where only the backend has it.
    secret TEXT,
    -- What verifies: the same secret for HS256, the public key for EdDSA.
    verification TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    -- From then on its tokens are refused.
    retired_at BIGINT
);
CREATE INDEX signing_keys_by_tenant ON signing_keys (tenant, created_at);

CREATE TABLE api_keys (
    id TEXT PRIMARY KEY NOT NULL,
    tenant TEXT NOT NULL REFERENCES tenants (id),
    hash BYTEA NOT NULL UNIQUE,
    -- Its first characters, to tell keys apart in lists.
    hint TEXT NOT NULL,
    -- Separated by spaces.
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT,
    revoked_at BIGINT
);

CREATE TABLE users (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    password_hash TEXT,
    created_at BIGINT NOT NULL
);

CREATE TABLE roles (
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    tenant TEXT NOT NULL REFERENCES tenants (id),
    role TEXT NOT NULL,
    PRIMARY KEY (user_id, tenant)
);

CREATE TABLE sessions (
    hash BYTEA PRIMARY KEY NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE sign_in_links (
    hash BYTEA PRIMARY KEY NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE feedback (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    tenant TEXT NOT NULL REFERENCES tenants (id),
    agent TEXT NOT NULL,
    run TEXT NOT NULL,
    -- '' where the vote names no user.
    user_id TEXT NOT NULL,
    -- Null once taken back: a tombstone that keeps the order of intents and no comment.
    outcome TEXT,
    comment TEXT,
    -- A JSON list of texts.
    reasons TEXT NOT NULL DEFAULT '[]',
    annotation TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    -- The press that is stored: '' and 0 where the request carried no intent.
    client TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    pressed_at BIGINT NOT NULL,
    UNIQUE (tenant, agent, run, user_id)
);
CREATE INDEX feedback_newest ON feedback (tenant, created_at DESC, id DESC)
    WHERE outcome IS NOT NULL;
CREATE INDEX feedback_newest_by_agent ON feedback (tenant, agent, created_at DESC, id DESC)
    WHERE outcome IS NOT NULL;

-- The last sequence stored of each client, so that its late requests are known after another
-- client's press.
CREATE TABLE intents (
    feedback_id TEXT COLLATE "C" NOT NULL REFERENCES feedback (id) ON DELETE CASCADE,
    client TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    PRIMARY KEY (feedback_id, client)
);

-- What happened, when and by whom. Never a comment's text.
CREATE TABLE history (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    feedback_id TEXT COLLATE "C" NOT NULL REFERENCES feedback (id) ON DELETE CASCADE,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    outcome TEXT,
    annotation TEXT,
    comment_length BIGINT
);
CREATE INDEX history_by_feedback ON history (feedback_id, at);

INSERT INTO tenants (id, created_at) VALUES ('default', 0);
