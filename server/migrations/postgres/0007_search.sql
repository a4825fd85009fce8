-- Folded comments with an index of three-character pieces, where the extension pg_trgm can be had (the
-- receiver makes that index as it starts): candidates of a search, which reads the comment again.
-- Filled after the commit of a vote, so that no vote waits for it.

-- Votes whose comment changed since it was indexed.
CREATE TABLE search_due (
    feedback_id TEXT COLLATE "C" PRIMARY KEY NOT NULL REFERENCES feedback (id) ON DELETE CASCADE
);
INSERT INTO search_due (feedback_id) SELECT id FROM feedback WHERE folded IS NOT NULL;

CREATE TABLE search (
    feedback_id TEXT COLLATE "C" PRIMARY KEY NOT NULL REFERENCES feedback (id) ON DELETE CASCADE,
    folded TEXT NOT NULL
);
