-- Who was erased and when, so that a restored backup does not bring anybody back. Of a person there
-- is only a keyed hash (HMAC-SHA-256) left.
CREATE TABLE erasures (
    tenant TEXT NOT NULL,
    hash BYTEA NOT NULL,
    erased_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, hash)
);

-- What the receiver itself must remember, such as the key of those hashes.
CREATE TABLE settings (
    name TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
);

-- For retention: those that lists do not show.
CREATE INDEX feedback_taken_back ON feedback (tenant, created_at) WHERE outcome IS NULL;
