-- What a team sets for itself.
CREATE TABLE tenant_settings (
    tenant TEXT NOT NULL REFERENCES tenants (id),
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (tenant, name)
);

-- Filters of the list under a name.
CREATE TABLE views (
    id TEXT PRIMARY KEY NOT NULL,
    tenant TEXT NOT NULL REFERENCES tenants (id),
    name TEXT NOT NULL,
    -- As in the list's address, without the question mark.
    query TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX views_of_tenant ON views (tenant, name);
