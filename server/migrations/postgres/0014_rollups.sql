-- The totals once more, added up, so that a page reads few rows however many agents there are.

-- Of all agents together.
CREATE TABLE tenant_aggregates (
    tenant TEXT NOT NULL REFERENCES tenants (id),
    -- When the quarter of an hour begins.
    bucket BIGINT NOT NULL,
    shard BIGINT NOT NULL,
    positive BIGINT NOT NULL,
    negative BIGINT NOT NULL,
    positive_comments BIGINT NOT NULL,
    negative_comments BIGINT NOT NULL,
    PRIMARY KEY (tenant, bucket, shard)
);
INSERT INTO tenant_aggregates
SELECT tenant, bucket, 0, SUM(positive), SUM(negative), SUM(positive_comments),
    SUM(negative_comments)
FROM aggregates GROUP BY tenant, bucket;

-- Of each agent by day in UTC.
CREATE TABLE daily_aggregates (
    tenant TEXT NOT NULL REFERENCES tenants (id),
    agent TEXT NOT NULL,
    -- When the day begins.
    day BIGINT NOT NULL,
    shard BIGINT NOT NULL,
    positive BIGINT NOT NULL,
    negative BIGINT NOT NULL,
    positive_comments BIGINT NOT NULL,
    negative_comments BIGINT NOT NULL,
    PRIMARY KEY (tenant, day, agent, shard)
);
INSERT INTO daily_aggregates
SELECT tenant, agent, bucket - bucket % 86400000000, 0, SUM(positive), SUM(negative),
    SUM(positive_comments), SUM(negative_comments)
FROM aggregates GROUP BY tenant, agent, bucket - bucket % 86400000000;

-- The parts of days at the ends of a range.
CREATE INDEX aggregates_by_bucket ON aggregates (tenant, bucket);

-- Sketches of all agents together are rows whose agent is '': they are made anew from the votes.
DELETE FROM people;
DELETE FROM people_until;

-- What the team marked is little beside what it did not.
CREATE INDEX feedback_newest_by_mark ON feedback (tenant, annotation, created_at DESC, id DESC)
    WHERE annotation IS NOT NULL AND outcome IS NOT NULL;
CREATE INDEX feedback_newest_by_agent_and_mark
    ON feedback (tenant, agent, annotation, created_at DESC, id DESC)
    WHERE annotation IS NOT NULL AND outcome IS NOT NULL;
