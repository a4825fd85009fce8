-- Three-character pieces of folded comments: candidates of a search, which reads the comment again.
-- Filled after the commit of a vote, so that no vote waits for it.

-- Votes whose comment changed since it was indexed.
CREATE TABLE search_due (feedback_id TEXT PRIMARY KEY NOT NULL) WITHOUT ROWID;
INSERT INTO search_due (feedback_id) SELECT id FROM feedback WHERE folded IS NOT NULL;

-- The row of the index that is a vote's.
CREATE TABLE search_rows (number INTEGER PRIMARY KEY, feedback_id TEXT UNIQUE NOT NULL);
CREATE VIRTUAL TABLE search USING fts5(folded, tokenize = 'trigram case_sensitive 1');
-- What is erased is overwritten here too.
INSERT INTO search (search, rank) VALUES ('secure-delete', 1);

CREATE TRIGGER feedback_leaves_search AFTER DELETE ON feedback BEGIN
    DELETE FROM search WHERE rowid = (SELECT number FROM search_rows WHERE feedback_id = OLD.id);
    DELETE FROM search_rows WHERE feedback_id = OLD.id;
    DELETE FROM search_due WHERE feedback_id = OLD.id;
END;
