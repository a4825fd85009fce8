-- What somebody signs in with beside a password, folded.
ALTER TABLE users ADD COLUMN login TEXT;
CREATE UNIQUE INDEX users_by_login ON users (login);

-- Links that make somebody part of a team, once.
CREATE TABLE invitations (
    id TEXT PRIMARY KEY NOT NULL,
    hash BYTEA NOT NULL UNIQUE,
    tenant TEXT NOT NULL REFERENCES tenants (id),
    role TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
