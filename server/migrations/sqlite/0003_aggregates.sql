-- How many votes there are, in quarters of an hour of their making, so that totals and charts need
-- not read the votes. Rows of several shards add up: writers of several machines do not wait for
-- each other's row.
CREATE TABLE aggregates (
    tenant TEXT NOT NULL REFERENCES tenants (id),
    agent TEXT NOT NULL,
    -- When the quarter of an hour begins.
    bucket BIGINT NOT NULL,
    shard BIGINT NOT NULL,
    positive BIGINT NOT NULL,
    negative BIGINT NOT NULL,
    positive_comments BIGINT NOT NULL,
    negative_comments BIGINT NOT NULL,
    PRIMARY KEY (tenant, agent, bucket, shard)
);

INSERT INTO aggregates
SELECT tenant, agent, created_at - created_at % 900000000, 0,
    COUNT(CASE WHEN outcome = 'positive' THEN 1 END),
    COUNT(CASE WHEN outcome = 'negative' THEN 1 END),
    COUNT(CASE WHEN outcome = 'positive' THEN comment END),
    COUNT(CASE WHEN outcome = 'negative' THEN comment END)
FROM feedback WHERE outcome IS NOT NULL
GROUP BY tenant, agent, created_at - created_at % 900000000;
