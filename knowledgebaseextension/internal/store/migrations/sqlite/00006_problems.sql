-- +goose Up

-- A problem has one solution and any number of clusters, of any partition: all of them
-- have its row in solutions. A cluster that is no member is a problem of its own. One
-- that is not known yet waits: partition and says are what an import said of it.
CREATE TABLE members (
  cluster   TEXT PRIMARY KEY,
  problem   TEXT NOT NULL, -- the ID of the cluster that was its first, and the revision
  partition TEXT NOT NULL DEFAULT '',
  says      TEXT NOT NULL DEFAULT ''
);
CREATE INDEX members_by_problem ON members (problem);

-- The hash of what a cluster says, in 16 hex digits, equal in all partitions; empty
-- until it is filled in, '-' of one that a person made.
ALTER TABLE clusters ADD COLUMN statement TEXT NOT NULL DEFAULT '';
CREATE INDEX clusters_by_statement ON clusters (statement);

CREATE INDEX solutions_by_version ON solutions (version);

DROP TRIGGER solutions_inserted;
DROP TRIGGER solutions_updated;
DROP TRIGGER solutions_deleted;
DROP TRIGGER clusters_marked;

-- Actions have no fixed list any more.
CREATE TABLE history_now (
  rev     BIGINT NOT NULL,
  cluster TEXT NOT NULL,
  action  TEXT NOT NULL,
  text    TEXT NOT NULL,
  author  TEXT NOT NULL,
  at      BIGINT NOT NULL
);
INSERT INTO history_now SELECT rev, cluster, action, text, author, at FROM history ORDER BY rowid;
DROP TABLE history;
ALTER TABLE history_now RENAME TO history;
CREATE INDEX history_by_rev ON history (rev);
CREATE INDEX history_by_cluster ON history (cluster);

-- A row that is written with a negative version is a copy: it keeps what it is given,
-- and the history says nothing of it.
-- +goose StatementBegin
CREATE TRIGGER solutions_copied AFTER INSERT ON solutions WHEN NEW.version < 0 BEGIN
  UPDATE solutions SET version = -NEW.version WHERE cluster = NEW.cluster;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER solutions_recopied AFTER UPDATE OF text ON solutions WHEN NEW.version < 0 BEGIN
  UPDATE solutions SET version = -NEW.version WHERE cluster = NEW.cluster;
END;
-- +goose StatementEnd

-- An UPDATE that leaves updated_at as it was comes from plain SQL, and so does an
-- INSERT without it. What is written for one cluster of a problem holds for all.
-- +goose StatementBegin
CREATE TRIGGER solutions_inserted AFTER INSERT ON solutions WHEN NEW.version >= 0 BEGIN
  UPDATE revision SET n = n + 1;
  UPDATE solutions SET version = (SELECT n FROM revision),
    author = CASE WHEN NEW.author = '' THEN 'sql' ELSE NEW.author END,
    updated_at = CASE WHEN NEW.updated_at = 0 THEN CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) ELSE NEW.updated_at END
    WHERE cluster = NEW.cluster;
  INSERT INTO history (rev, cluster, action, text, author, at)
    SELECT version, cluster, 'solution', text, author, updated_at FROM solutions WHERE cluster = NEW.cluster;
  INSERT INTO solutions (cluster, text, author, updated_at, version)
    SELECT m.cluster, s.text, s.author, s.updated_at, -s.version FROM solutions s
    JOIN members m ON m.problem = (SELECT problem FROM members WHERE cluster = s.cluster) AND m.cluster <> s.cluster
    WHERE s.cluster = NEW.cluster
    ON CONFLICT (cluster) DO UPDATE SET text = excluded.text, author = excluded.author, updated_at = excluded.updated_at, version = excluded.version;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER solutions_updated AFTER UPDATE OF text ON solutions WHEN NEW.version >= 0 BEGIN
  UPDATE revision SET n = n + 1;
  UPDATE solutions SET version = (SELECT n FROM revision),
    author = CASE WHEN NEW.updated_at = OLD.updated_at AND NEW.author = OLD.author THEN 'sql' ELSE NEW.author END,
    updated_at = CASE WHEN NEW.updated_at = OLD.updated_at THEN CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) ELSE NEW.updated_at END
    WHERE cluster = NEW.cluster;
  INSERT INTO history (rev, cluster, action, text, author, at)
    SELECT version, cluster, 'solution', text, author, updated_at FROM solutions WHERE cluster = NEW.cluster;
  INSERT INTO solutions (cluster, text, author, updated_at, version)
    SELECT m.cluster, s.text, s.author, s.updated_at, -s.version FROM solutions s
    JOIN members m ON m.problem = (SELECT problem FROM members WHERE cluster = s.cluster) AND m.cluster <> s.cluster
    WHERE s.cluster = NEW.cluster
    ON CONFLICT (cluster) DO UPDATE SET text = excluded.text, author = excluded.author, updated_at = excluded.updated_at, version = excluded.version;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER solutions_deleted AFTER DELETE ON solutions BEGIN
  UPDATE revision SET n = n + 1;
  INSERT INTO history (rev, cluster, action, text, author, at)
    SELECT n, OLD.cluster, 'solution', '', 'sql', CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) FROM revision;
  UPDATE solutions SET text = '', author = 'sql', version = -(SELECT n FROM revision),
    updated_at = CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)
    WHERE text <> '' AND cluster IN (SELECT cluster FROM members WHERE problem = (SELECT problem FROM members WHERE cluster = OLD.cluster));
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER clusters_marked AFTER UPDATE OF noise ON clusters WHEN NEW.noise <> OLD.noise AND NEW.rev = OLD.rev BEGIN
  UPDATE revision SET n = n + 1;
  UPDATE clusters SET rev = (SELECT n FROM revision), writer = '' WHERE id = NEW.id;
  INSERT INTO history (rev, cluster, action, text, author, at)
    SELECT n, NEW.id, CASE WHEN NEW.noise THEN 'noise' ELSE 'signal' END, '', 'sql', CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) FROM revision;
END;
-- +goose StatementEnd
