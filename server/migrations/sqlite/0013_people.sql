-- How many different people voted, approximately: sketches (HyperLogLog) of those of an agent's day
-- in UTC. Nobody can be read from one. Filled after the commit of votes, so that no vote waits for it.
CREATE TABLE people (
    tenant TEXT NOT NULL REFERENCES tenants (id),
    agent TEXT NOT NULL,
    -- When the day begins.
    day BIGINT NOT NULL,
    sketch BLOB NOT NULL,
    PRIMARY KEY (tenant, day, agent)
);

-- Up to which vote they are filled.
CREATE TABLE people_until (
    tenant TEXT PRIMARY KEY NOT NULL REFERENCES tenants (id),
    created_at BIGINT NOT NULL
);
